package io.github.qmp4j.transport;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;

/**
 * A line whose first byte takes a descriptor along. To Netty it is a region of a file: Netty keeps its place among the
 * other lines, asks again when the socket has room, and releases it, which closes the descriptor, once it is written or
 * never will be. Belongs to the event loop.
 */
final class DescriptorLine extends AbstractReferenceCounted implements FileRegion {
    /** As much goes with the descriptor; the rest of a longer line goes as all bytes do. */
    private static final int FIRST_BYTES = 4096;

    /** In place of a number of bytes: it belongs to a command whose time is over. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int socket;
    private final byte[] line;
    private final OwnedDescriptor descriptor;
    private final Consumer<String> refused;
    private int transferred;

    /** @param refused hears why this descriptor does not go; nothing of the line is sent then */
    DescriptorLine(int socket, byte[] line, OwnedDescriptor descriptor, Consumer<String> refused) {
        this.socket = socket;
        this.line = line;
        this.descriptor = descriptor;
        this.refused = refused;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        int sent = transferred == 0
                ? sendFirst()
                : target.write(ByteBuffer.wrap(line, transferred, line.length - transferred));
        transferred += Math.max(0, sent);
        return sent;
    }

    private int sendFirst() throws IOException {
        int length = Math.min(line.length, FIRST_BYTES);
        int sent = descriptor.use(number -> ScmRights.send(socket, number, line, length), CLOSED);
        if (sent == CLOSED) {
            return passOver("%s is closed already".formatted(descriptor));
        }
        return switch (-sent) {
            case Libc.EAGAIN -> 0;
            case Libc.EPIPE, Libc.ECONNRESET, Libc.ENOTCONN -> throw new IOException(Libc.strerror(-sent));
            default ->
                sent < 0
                        ? passOver("the kernel does not pass on %s: %s".formatted(descriptor, Libc.strerror(-sent)))
                        : sent;
        };
    }

    private int passOver(String why) {
        refused.accept(why);
        return line.length;
    }

    @Override
    protected void deallocate() {
        descriptor.close();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return line.length;
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
