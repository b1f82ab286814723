package io.github.qmp4j.transport;

import io.github.qmp4j.codec.QmpDecoder;
import io.github.qmp4j.codec.QmpMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Feeds the bytes of a connection to its decoder, and the messages to its listener. */
final class WireHandler extends ChannelInboundHandlerAdapter {
    private final QmpDecoder decoder;
    private final WireListener listener;
    private final WireTap tap;
    private byte[] buffer = new byte[0];
    private @Nullable Throwable cause;

    /** What came was no QMP, so what comes after it cannot be read either. */
    private boolean unreadable;

    WireHandler(QmpDecoder decoder, WireListener listener, WireTap tap) {
        this.decoder = decoder;
        this.listener = listener;
        this.tap = tap;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        listener.opened(new Wire(context.channel(), tap));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int length = bytes.readableBytes();
            if (!unreadable) {
                if (buffer.length < length) {
                    buffer = new byte[length];
                }
                bytes.readBytes(buffer, 0, length);
                decoder.feed(buffer, length, json -> {
                    tap.received(json);
                    listener.received(QmpMessage.of(json));
                });
            }
        } finally {
            bytes.release();
        }
    }

    /**
     * The first cause counts; what comes after it is its consequence. After a failed write, what the
     * peer has said before is still read, up to the end. After a failed read the channel closes by itself.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        TlsException tls = TlsException.of(thrown);
        Throwable told = tls != null ? tls : thrown;
        if (cause == null && !isPeersClose(told)) {
            cause = told;
        }
        if (tls != null || !(thrown instanceof IOException)) {
            unreadable = true;
            context.close();
        }
    }

    /** QEMU that ends while something of ours is unread, be it a line's end, makes the kernel say this instead of EOF. */
    private static boolean isPeersClose(Throwable thrown) {
        Throwable failed = thrown instanceof ChannelOutputShutdownException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown;
        String said = String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT);
        return failed instanceof IOException && (said.contains("connection reset") || said.contains("broken pipe"));
    }

    /** A TLS handshake that fails shows in this way only when the peer just closed the connection. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            exceptionCaught(context, handshake.cause());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        decoder.close();
        listener.ended(cause);
    }
}
