package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A listening socket that accepts connections one by one while it is allowed to. */
public final class ServerAcceptor {
    private static final int CLOSE_SECONDS = 5;
    private static final AttributeKey<WireListener> UNTOLD = AttributeKey.valueOf(ServerAcceptor.class, "untold");

    private final Channel channel;
    private final @Nullable SocketFile file;

    private ServerAcceptor(Channel channel, @Nullable SocketFile file) {
        this.channel = channel;
        this.file = file;
    }

    /**
     * Listens, and lets no peer in before {@link #letIn}. Blocks to look up a TCP host's name, to read the files of TLS, and until
     * the socket exists. A UNIX socket gets mode 0600, and only what its creator's umask allows before that.
     *
     * @param newcomers called on one event loop for each peer that is let in; null closes that connection
     * @throws IOException also when there is a file already where a UNIX socket shall be
     */
    public static ServerAcceptor open(
            QmpAddress address, QmpOptions options, Supplier<? extends @Nullable WireListener> newcomers)
            throws IOException {
        Tls tls = address instanceof QmpAddress.Tcp tcp && tcp.tls().isPresent()
                ? Tls.of(tcp, tcp.tls().get())
                : null;
        Consumer<ChannelPipeline> secured = tls == null ? plain -> {} : tls::accept;
        SocketFile file = address instanceof QmpAddress.Unix unix ? new SocketFile(unix.path()) : null;
        Sockets sockets = Sockets.of(options);
        // Netty's epoll deletes whatever is at the path before it binds; NIO leaves it and fails.
        EventLoops loops = file == null ? sockets.loops() : EventLoops.NIO;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(1))
                .handler(new Entrance(newcomers))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Dialer.UNREAD)
                .childOption(ChannelOption.AUTO_CLOSE, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel peer) {
                        WireListener listener =
                                Objects.requireNonNull(peer.attr(UNTOLD).get());
                        loops.acquire();
                        peer.closeFuture().addListener(closed -> loops.release());
                        secured.accept(peer.pipeline());
                        QmpDecoder decoder = new QmpDecoder(options.maxMessageBytes(), options.maxNesting());
                        peer.pipeline().addLast(new WireHandler(decoder, listener, new WireTap(address, options)));
                        peer.attr(UNTOLD).set(null);
                    }
                });
        if (file == null) {
            bootstrap.channel(sockets.serverChannel());
        } else {
            bootstrap.channelFactory(file::channel);
        }
        ChannelFuture bound =
                bootstrap.group(loops.acquire()).bind(sockets.local(address)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.release();
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        bound.channel().closeFuture().addListener(closed -> loops.release());
        ServerAcceptor doorway = new ServerAcceptor(bound.channel(), file);
        if (file != null) {
            doorway.restrict(file);
        }
        return doorway;
    }

    private void restrict(SocketFile made) throws IOException {
        try {
            made.restrict();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Lets peers in, or leaves them in the socket's queue, where they wait unanswered. */
    public void letIn(boolean open) {
        channel.config().setAutoRead(open);
    }

    /**
     * Stops listening and removes a UNIX socket's file, unless another one is in its place. The connections that it let in stay.
     * Waits for the end, but not on an event loop.
     */
    public void close() {
        if (file != null) {
            file.close();
        }
        ChannelFuture closing = channel.close();
        if (!channel.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Asks who hears of a peer, and tells the hearer of one that is gone before anything could be heard of it. */
    private static final class Entrance extends ChannelInboundHandlerAdapter {
        private final Supplier<? extends @Nullable WireListener> newcomers;

        Entrance(Supplier<? extends @Nullable WireListener> newcomers) {
            this.newcomers = newcomers;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel peer = (Channel) message;
            WireListener listener = newcomers.get();
            if (listener == null) {
                peer.unsafe().closeForcibly();
                return;
            }
            peer.attr(UNTOLD).set(listener);
            peer.closeFuture().addListener(closed -> {
                WireListener untold = peer.attr(UNTOLD).getAndSet(null);
                if (untold != null) {
                    untold.ended(closed.cause());
                }
            });
            context.fireChannelRead(peer);
        }
    }
}
