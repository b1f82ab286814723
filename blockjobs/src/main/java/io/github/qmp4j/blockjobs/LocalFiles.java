package io.github.qmp4j.blockjobs;

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

/** The files of this machine. */
final class LocalFiles implements FileAccess {
    /** Where QEMU locks bytes of an image: one for each permission from 100 on, and from 200 on one for each that it denies. */
    private static final long FIRST_LOCK = 100;

    private static final long LOCKS = 200;

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
    public void delete(String path) throws IOException {
        Path file = at(path);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("'%s' is no regular file".formatted(path));
        }
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock(FIRST_LOCK, LOCKS, false)) {
            // While we have its bytes locked no QEMU can open it.
            if (lock == null) {
                throw new IOException("some process has '%s' open as an image".formatted(path));
            }
            Files.delete(file);
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
