package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Opens connections. */
public final class Dialer {
    /** So many bytes may wait for a peer that does not read; a command that comes then is refused. */
    static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(8 << 20, 16 << 20);

    private final QmpOptions options;
    private final Sockets sockets;

    public Dialer(QmpOptions options) {
        this.options = options;
        this.sockets = Sockets.of(options);
    }

    /**
     * Connects, and hands everything that happens from then on to {@code listener}. Blocks only to look up a TCP host's
     * name and to read the files of TLS.
     *
     * @return fails with the {@link java.io.IOException} of the failed connect; {@code listener} hears nothing then
     */
    public CompletableFuture<Void> dial(QmpAddress address, WireListener listener) {
        SocketAddress remote;
        Tls tls = null;
        try {
            remote = sockets.resolve(address);
            if (address instanceof QmpAddress.Tcp tcp && tcp.tls().isPresent()) {
                tls = Tls.of(tcp, tcp.tls().get());
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        Consumer<ChannelPipeline> secured = tls == null ? plain -> {} : tls::connect;
        EventLoops loops = sockets.loops();
        Bootstrap bootstrap = new Bootstrap()
                .group(loops.acquire())
                .channel(sockets.channel(address))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, options.connectTimeout().toMillis()))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
                // A failed write must not close what is still to be read: the reply to quit, for example.
                .option(ChannelOption.AUTO_CLOSE, false)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        QmpDecoder decoder = new QmpDecoder(options.maxMessageBytes(), options.maxNesting());
                        secured.accept(channel.pipeline());
                        channel.pipeline().addLast(new WireHandler(decoder, listener, new WireTap(address, options)));
                    }
                });
        CompletableFuture<Void> done = new CompletableFuture<>();
        ChannelFuture connecting = bootstrap.connect(remote);
        connecting.addListener(outcome -> {
            if (outcome.isSuccess()) {
                connecting.channel().closeFuture().addListener(closed -> loops.release());
                done.complete(null);
            } else {
                loops.release();
                done.completeExceptionally(outcome.cause());
            }
        });
        return done;
    }

    /** Whether a connect over TCP failed because it was neither taken nor refused in time. */
    public static boolean timedOut(Throwable failure) {
        return failure instanceof ConnectTimeoutException;
    }

    /**
     * Whether a connect to a UNIX socket failed because its listener has not accepted those before (EAGAIN), and not
     * because there is no listener. The two transports say it in their own ways: one by a number, one by a type.
     */
    public static boolean foundBacklogFull(Throwable failure) {
        return failure instanceof ConnectException
                ? String.valueOf(failure.getMessage()).contains("error(-11)")
                : failure instanceof SocketException;
    }
}
