package io.github.qmp4j.client;

import io.github.qmp4j.QmpException;
import io.github.qmp4j.transport.DescriptorSupport;
import io.github.qmp4j.transport.OwnedDescriptor;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A file descriptor of this process, on its way to QEMU by {@link QmpClient#execute(io.github.qmp4j.QmpCommand,
 * QmpDescriptor)}. That call takes it over; one that is never sent is closed by {@link #close()}. Either happens once, so
 * {@code try (QmpDescriptor …)} around the call is right. Safe for use by any thread.
 *
 * <p>Java does not tell the number behind a {@code java.io.FileDescriptor} or a {@code FileChannel}: open the file again
 * with {@link #open}. Needs Linux on x86_64 or aarch64, and JNA ({@code net.java.dev.jna:jna}), which on the module path
 * has to be asked for with {@code --add-modules com.sun.jna}.
 */
public final class QmpDescriptor implements AutoCloseable {
    private final String text;
    private final AtomicReference<@Nullable OwnedDescriptor> owned;

    private QmpDescriptor(OwnedDescriptor owned) {
        this.text = owned.toString();
        this.owned = new AtomicReference<>(owned);
    }

    /**
     * Opens a file for QEMU, with this process's rights. No other process that this one starts inherits it. A file that
     * is made is readable and writable as far as the umask allows.
     *
     * @param options those of {@link java.nio.file.StandardOpenOption} without {@code DELETE_ON_CLOSE}, with the meaning
     *     they have for {@link java.nio.channels.FileChannel#open}; none means to read
     * @throws IOException if the file cannot be opened: {@link java.nio.file.NoSuchFileException} and the like
     * @throws QmpException if this platform cannot pass descriptors
     * @throws IllegalArgumentException if {@code path} is not of the default file system
     */
    public static QmpDescriptor open(Path path, OpenOption... options) throws IOException {
        requireSupport();
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw new IllegalArgumentException("%s is not a file of the operating system".formatted(path.toUri()));
        }
        return new QmpDescriptor(OwnedDescriptor.open(path, options));
    }

    /**
     * Takes over an open descriptor, for example of a tap device or a socket that native code made. From now on no other code
     * may close it.
     *
     * @param number 0 or more
     * @throws QmpException if this platform cannot pass descriptors; the descriptor stays the caller's
     */
    public static QmpDescriptor of(int number) {
        requireSupport();
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor (%d) must not be negative".formatted(number));
        }
        return new QmpDescriptor(new OwnedDescriptor(number));
    }

    private static void requireSupport() {
        String obstacle = DescriptorSupport.obstacle();
        if (obstacle != null) {
            throw new QmpException(obstacle);
        }
    }

    /** Hands over what is to be closed, once. */
    OwnedDescriptor take() {
        OwnedDescriptor taken = owned.getAndSet(null);
        if (taken == null) {
            throw new IllegalStateException(text + " has been sent or closed before");
        }
        return taken;
    }

    /** Closes the descriptor if no call has taken it over. Does nothing the second time. */
    @Override
    public void close() {
        OwnedDescriptor left = owned.getAndSet(null);
        if (left != null) {
            left.close();
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
