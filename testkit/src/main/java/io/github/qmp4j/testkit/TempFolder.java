package io.github.qmp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A folder of mode 0700 in {@code java.io.tmpdir}, deleted with all it holds by {@link #close()}. */
public final class TempFolder implements AutoCloseable {
    private final Path path;

    private TempFolder(Path path) {
        this.path = path;
    }

    /** Makes the folder; its name begins with the prefix, which should be short since UNIX socket paths end at 107 bytes. */
    public static TempFolder create(String prefix) {
        try {
            return new TempFolder(Files.createTempDirectory(
                            prefix, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                    .toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder " + prefix, e);
        }
    }

    /** The folder, without symbolic links. */
    public Path path() {
        return path;
    }

    /** The path of something in the folder; nothing is created. */
    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Deletes the folder; does not follow symbolic links. A second call does nothing. */
    @Override
    public void close() {
        try {
            Files.walkFileTree(path, new Deletion());
        } catch (NoSuchFileException alreadyGone) {
            // the wish is fulfilled
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            // QEMU removes its own sockets and pid files while it ends.
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
