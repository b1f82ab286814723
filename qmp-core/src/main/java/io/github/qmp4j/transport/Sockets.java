package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/** Chooses Netty's kind of socket: native epoll where its library is present and wanted, plain NIO elsewhere. */
enum Sockets {
    EPOLL,
    NIO;

    static Sockets of(QmpOptions options) {
        return options.nativeTransport() && Epoll.isAvailable() ? EPOLL : NIO;
    }

    EventLoops loops() {
        return this == EPOLL ? EventLoops.EPOLL : EventLoops.NIO;
    }

    Class<? extends Channel> channel(QmpAddress address) {
        if (address instanceof QmpAddress.Unix) {
            return this == EPOLL ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
        }
        return this == EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** For TCP. */
    Class<? extends ServerChannel> serverChannel() {
        return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Where to listen. Blocks to look up a TCP host's name. */
    SocketAddress local(QmpAddress address) throws UnknownHostException {
        return address instanceof QmpAddress.Unix ? NIO.resolve(address) : resolve(address);
    }

    /** Blocks to look up a TCP host's name. */
    SocketAddress resolve(QmpAddress address) throws UnknownHostException {
        if (address instanceof QmpAddress.Tcp tcp) {
            return new InetSocketAddress(InetAddress.getByName(tcp.host()), tcp.port());
        }
        QmpAddress.Unix unix = (QmpAddress.Unix) address;
        return this == EPOLL
                ? new DomainSocketAddress(unix.path().toString())
                : UnixDomainSocketAddress.of(unix.path());
    }
}
