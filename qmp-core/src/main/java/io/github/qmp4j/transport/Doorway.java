package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A socket that listens. */
public final class Doorway {
    private static final int CLOSE_SECONDS = 5;

    private final Channel channel;

    private Doorway(Channel channel) {
        this.channel = channel;
    }

    /**
     * Listens. Blocks to look up a TCP host's name, to read the files of TLS, and until the socket is there. A UNIX socket
     * gets mode 0600, and only what its creator's umask allows before that.
     *
     * @param newcomers asked on the event loop for each peer that connects; null turns it away
     * @throws IOException also when there is a file already where a UNIX socket shall be
     */
    public static Doorway open(
            QmpAddress address, QmpOptions options, Supplier<? extends @Nullable WireListener> newcomers)
            throws IOException {
        Tls tls = address instanceof QmpAddress.Tcp tcp && tcp.tls().isPresent()
                ? Tls.of(tcp, tcp.tls().get())
                : null;
        Consumer<ChannelPipeline> secured = tls == null ? plain -> {} : tls::accept;
        // Netty's epoll deletes whatever is at the path before it binds; NIO leaves it and fails.
        Sockets sockets = address instanceof QmpAddress.Unix ? Sockets.NIO : Sockets.of(options);
        EventLoops loops = sockets.loops();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .channel(sockets.serverChannel(address))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Dialer.UNREAD)
                .childOption(ChannelOption.AUTO_CLOSE, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        WireListener listener = newcomers.get();
                        if (listener == null) {
                            channel.close();
                            return;
                        }
                        loops.acquire();
                        channel.closeFuture().addListener(closed -> loops.release());
                        secured.accept(channel.pipeline());
                        QmpDecoder decoder = new QmpDecoder(options.maxMessageBytes(), options.maxNesting());
                        channel.pipeline().addLast(new WireHandler(decoder, listener, new WireTap(address, options)));
                    }
                });
        var local = sockets.resolve(address);
        ChannelFuture bound = bootstrap.group(loops.acquire()).bind(local).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.release();
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        bound.channel().closeFuture().addListener(closed -> loops.release());
        Doorway doorway = new Doorway(bound.channel());
        if (address instanceof QmpAddress.Unix unix) {
            doorway.restrict(unix.path());
        }
        return doorway;
    }

    private void restrict(Path socket) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            try {
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            } catch (IOException e) {
                close();
                throw e;
            }
        }
    }

    /** Stops listening and removes a UNIX socket's file. The connections that it let in stay. */
    public void close() {
        channel.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
