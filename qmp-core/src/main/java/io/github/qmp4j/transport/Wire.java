package io.github.qmp4j.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection to a monitor, and the event loop that owns it. Safe for use by any thread. */
public final class Wire {
    /** No session lives as long, and its nanoseconds do not overflow. */
    private static final Duration A_YEAR = Duration.ofDays(365);

    private final Channel channel;
    private final WireTap tap;

    Wire(Channel channel, WireTap tap) {
        this.channel = channel;
        this.tap = tap;
    }

    /** Whether the peer has left unread so much that nothing more should be sent. On the event loop only. */
    public boolean isClogged() {
        return channel.isActive() && !channel.isWritable();
    }

    /** Hands bytes to the socket. A failure shows as the end of the wire. */
    public void send(byte[] line) {
        tap.sent(line);
        channel.writeAndFlush(Unpooled.wrappedBuffer(line), channel.voidPromise());
    }

    /** Why no descriptor can go through this wire, as the end of a sentence; null if one can. */
    public @Nullable String descriptorObstacle() {
        if (channel instanceof EpollDomainSocketChannel) {
            return DescriptorSupport.obstacle();
        }
        return channel instanceof SocketChannel
                ? "file descriptors cannot go through TCP; connect to a UNIX socket"
                : "passing a file descriptor needs Netty's native transport (io.netty:netty-transport-native-epoll)";
    }

    /**
     * Hands bytes to the socket, with a descriptor at the first of them. Closes it when it is sent, or never will be. On
     * the event loop only, where nothing is in the way.
     *
     * @param refused hears why this descriptor does not go; nothing is sent then, and the wire is whole
     */
    public void send(byte[] line, OwnedDescriptor descriptor, Consumer<String> refused) {
        int socket = ((EpollDomainSocketChannel) channel).fd().intValue();
        channel.writeAndFlush(new DescriptorLine(socket, line, descriptor, refused), channel.voidPromise());
    }

    /** Whether this is the event loop of this wire, which must not wait. */
    public boolean isOnLoop() {
        return channel.eventLoop().inEventLoop();
    }

    /**
     * Runs {@code task} on the event loop, after what was given to it before.
     *
     * @return false if the loop has ended, and with it this wire
     */
    public boolean execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Runs {@code task} on the event loop after {@code delay}, or a year; running the result calls that off. */
    public Runnable schedule(Runnable task, Duration delay) {
        Duration bounded = delay.compareTo(A_YEAR) < 0 ? delay : A_YEAR;
        var scheduled = channel.eventLoop().schedule(task, bounded.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Closes the connection and waits for nothing; the listener hears of the end. */
    public void closeSoon() {
        channel.close();
    }
}
