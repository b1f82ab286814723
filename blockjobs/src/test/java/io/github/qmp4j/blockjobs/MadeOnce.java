package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Images that many tests begin with: qemu-img makes them once in this JVM, and each test has copies of its own. */
final class MadeOnce {
    /** By name; guarded by itself. */
    private static final Map<String, TempFolder> MADE = new HashMap<>();

    private static final int MAGIC = 0x514649fb;
    private static final int BACKING_FILE_OFFSET = 8;
    private static final int BACKING_FILE_SIZE = 16;

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> MADE.values().forEach(TempFolder::close), "images-made-once"));
    }

    private MadeOnce() {}

    /**
     * Copies the qcow2 images of this name, in place of those that are there; the names of their backing files become those of
     * the copies. Other files are records, which nobody may write to.
     *
     * @param maker makes them in a folder that it is given, the first time; what it does must depend on the name only
     */
    static void copy(String name, Path folder, Consumer<? super Path> maker) {
        Path made = made(name, maker);
        try (Stream<Path> images = Files.list(made)) {
            for (Path image : images.toList()) {
                Path copy = folder.resolve(made.relativize(image));
                Files.deleteIfExists(copy);
                if (isQcow2(image)) {
                    Files.copy(image, copy);
                    nameBackingFile(copy, made, folder);
                } else {
                    Files.createLink(copy, image);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path made(String name, Consumer<? super Path> maker) {
        synchronized (MADE) {
            TempFolder known = MADE.get(name);
            if (known != null) {
                return known.path();
            }
            TempFolder folder = TempFolder.create("qmp4j-made");
            try {
                maker.accept(folder.path());
            } catch (RuntimeException | Error e) {
                folder.close();
                throw e;
            }
            MADE.put(name, folder);
            return folder.path();
        }
    }

    private static boolean isQcow2(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            return file.length() >= Integer.BYTES && file.readInt() == MAGIC;
        }
    }

    /** In the header of qcow2, whose first cluster ends with this name, so that it may be longer. */
    private static void nameBackingFile(Path image, Path made, Path folder) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(BACKING_FILE_OFFSET);
            long place = file.readLong();
            byte[] name = new byte[file.readInt()];
            file.seek(place);
            file.readFully(name);
            Path backing = Path.of(new String(name, StandardCharsets.UTF_8));
            if (backing.startsWith(made)) {
                byte[] other =
                        folder.resolve(made.relativize(backing)).toString().getBytes(StandardCharsets.UTF_8);
                file.seek(place);
                file.write(other);
                file.seek(BACKING_FILE_SIZE);
                file.writeInt(other.length);
            }
        }
    }
}
