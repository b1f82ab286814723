package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.RealFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The files of this machine. */
public final class LocalFiles implements FileAccess {
    private static final String ATTRIBUTES = "unix:dev,ino,nlink";

    @Override
    public void create(String path, long bytes) throws IOException {
        try (SeekableByteChannel file = Files.newByteChannel(
                at(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.position(bytes - 1).write(ByteBuffer.wrap(new byte[1]));
        }
    }

    @Override
    public byte[] read(String path, long offset, int length) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(length);
        try (SeekableByteChannel file = Files.newByteChannel(at(path))) {
            file.position(offset);
            int more = 0;
            while (more >= 0 && read.hasRemaining()) {
                more = file.read(read);
            }
        }
        return Arrays.copyOf(read.array(), read.position());
    }

    @Override
    public String resolve(String path) throws IOException {
        return at(path).toRealPath().toString();
    }

    @Override
    public RealFile look(String path) throws IOException {
        Path file = at(path);
        try {
            Map<String, Object> seen = Files.readAttributes(file, ATTRIBUTES);
            long device = number(seen, "dev");
            long inode = number(seen, "ino");
            return new RealFile(
                    device + ":" + inode,
                    number(seen, "nlink"),
                    Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS),
                    ImageLocks.on(device, inode));
        } catch (UnsupportedOperationException e) {
            throw new IOException("this machine does not tell which file '%s' is".formatted(path), e);
        }
    }

    @Override
    public Optional<String> use(String path) throws IOException {
        return new HostUse(Path.of("/")).of(at(path));
    }

    private static long number(Map<String, Object> attributes, String name) throws IOException {
        if (attributes.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IOException("this machine does not tell the %s of a file".formatted(name));
    }

    @Override
    public void delete(String path, RealFile file) throws IOException {
        Path here = at(path);
        if (!Files.isRegularFile(here, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("'%s' is no regular file".formatted(path));
        }
        try (FileChannel channel = FileChannel.open(
                        here, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock(ImageLocks.FIRST, ImageLocks.COUNT, false)) {
            // While we have its bytes locked no QEMU can open it.
            if (lock == null) {
                throw new IOException("some process has '%s' open as an image".formatted(path));
            }
            RealFile now = look(path);
            if (!now.direct() || !now.isSameFile(file)) {
                throw new IOException("'%s' is another file than before".formatted(path));
            }
            if (now.names() != 1) {
                throw new IOException("'%s' has %d names".formatted(path, now.names()));
            }
            Files.delete(here);
        } catch (OverlappingFileLockException e) {
            throw new IOException("this program has '%s' locked".formatted(path), e);
        }
    }

    private static Path at(String path) throws IOException {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IOException("'%s' is no path here: %s".formatted(path, e.getReason()), e);
        }
    }
}
