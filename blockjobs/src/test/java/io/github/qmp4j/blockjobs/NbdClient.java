package io.github.qmp4j.blockjobs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The least that there is to an NBD client: one export, one request at a time. */
final class NbdClient implements AutoCloseable {
    private static final long HELLO = 0x4e42444d41474943L;
    private static final long OPTIONS_MAGIC = 0x49484156454f5054L;
    private static final int REQUEST = 0x25609513;
    private static final int REPLY = 0x67446698;
    private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
    private static final int EXPORT_NAME = 1;
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int DISCONNECT = 2;
    private static final int FLUSH = 3;
    private static final int WRITE_ZEROES = 6;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final long size;
    private long cookie;

    NbdClient(Path socket, String export) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
        require(in.readLong() == HELLO && in.readLong() == OPTIONS_MAGIC, "no NBD server of the new style");
        require((in.readUnsignedShort() & FIXED_NEWSTYLE_NO_ZEROES) == FIXED_NEWSTYLE_NO_ZEROES, "an old server");
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        out.writeInt(FIXED_NEWSTYLE_NO_ZEROES);
        out.writeLong(OPTIONS_MAGIC);
        out.writeInt(EXPORT_NAME);
        out.writeInt(name.length);
        out.write(name);
        size = in.readLong();
        in.readUnsignedShort();
    }

    /** The size of the export in bytes. */
    long size() {
        return size;
    }

    byte[] read(long offset, int length) throws IOException {
        request(READ, offset, length, new byte[0]);
        byte[] data = new byte[length];
        in.readFully(data);
        return data;
    }

    void write(long offset, byte[] data) throws IOException {
        request(WRITE, offset, data.length, data);
    }

    void writeZeroes(long offset, int length) throws IOException {
        request(WRITE_ZEROES, offset, length, new byte[0]);
    }

    void flush() throws IOException {
        request(FLUSH, 0, 0, new byte[0]);
    }

    /** Sends a request and waits until the server has done it. */
    private void request(int type, long offset, int length, byte[] data) throws IOException {
        send(type, offset, length, data);
        require(in.readInt() == REPLY, "no simple reply");
        int error = in.readInt();
        require(
                error == 0,
                "request %d at %d for %d bytes failed with error %d".formatted(type, offset, length, error));
        require(in.readLong() == cookie, "the reply to another request");
    }

    private void send(int type, long offset, int length, byte[] data) throws IOException {
        byte[] message = new byte[Integer.BYTES * 3 + Long.BYTES * 2 + data.length];
        java.nio.ByteBuffer.wrap(message)
                .putInt(REQUEST)
                .putShort((short) 0)
                .putShort((short) type)
                .putLong(++cookie)
                .putLong(offset)
                .putInt(length)
                .put(data);
        out.write(message);
    }

    private static void require(boolean condition, String otherwise) throws IOException {
        if (!condition) {
            throw new IOException(otherwise);
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            send(DISCONNECT, 0, 0, new byte[0]);
        }
    }
}
