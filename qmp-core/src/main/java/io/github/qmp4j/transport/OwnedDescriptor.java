package io.github.qmp4j.transport;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** A descriptor of this process, and the duty to close it exactly once. Safe for use by any thread. */
public final class OwnedDescriptor implements AutoCloseable {
    /** Read and write for all; the process's umask takes away from that. */
    private static final int NEW_FILE_MODE = 0666;

    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;

    private final int number;

    /** Guarded by this, so that the number is not given to another file while it is in use here. */
    private boolean closed;

    /** Takes over an open descriptor. Only where {@link DescriptorSupport} finds nothing missing. */
    public OwnedDescriptor(int number) {
        this.number = number;
    }

    /** Opens a file; what the options mean says {@link OpenFlags}. */
    public static OwnedDescriptor open(Path path, OpenOption... options) throws IOException {
        int flags = OpenFlags.of(options);
        // The encoding in which the JDK turns the names of files into bytes; its name is no standard property.
        Charset names = Charset.forName(
                System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));
        byte[] text = path.toAbsolutePath().toString().getBytes(names);
        byte[] terminated = Arrays.copyOf(text, text.length + 1);
        int number;
        do {
            number = Libc.open(terminated, flags, NEW_FILE_MODE);
        } while (number < 0 && Libc.errno() == Libc.EINTR);
        if (number < 0) {
            throw failure(path.toString(), Libc.errno());
        }
        return new OwnedDescriptor(number);
    }

    private static IOException failure(String path, int errno) {
        return switch (errno) {
            case ENOENT -> new NoSuchFileException(path);
            case EACCES -> new AccessDeniedException(path);
            case EEXIST -> new FileAlreadyExistsException(path);
            default -> new FileSystemException(path, null, Libc.strerror(errno));
        };
    }

    /** Gives the number to {@code use}, during which it stays open; {@code otherwise} if it is closed already. */
    synchronized int use(IntUnaryOperator use, int otherwise) {
        return closed ? otherwise : use.applyAsInt(number);
    }

    /** Does nothing the second time. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            // Linux frees the number whatever close says of it, so there is nothing to try again.
            Libc.close(number);
        }
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
