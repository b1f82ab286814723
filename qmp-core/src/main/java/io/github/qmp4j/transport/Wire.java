package io.github.qmp4j.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** One connection to a monitor, and the event loop that owns it. Safe for use by any thread. */
public final class Wire {
    /** No session lives as long, and its nanoseconds do not overflow. */
    private static final Duration A_YEAR = Duration.ofDays(365);

    private final Channel channel;

    Wire(Channel channel) {
        this.channel = channel;
    }

    /** Whether the peer has left unread so much that nothing more should be sent. On the event loop only. */
    public boolean isClogged() {
        return channel.isActive() && !channel.isWritable();
    }

    /** Hands bytes to the socket. A failure shows as the end of the wire. */
    public void send(byte[] line) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(line), channel.voidPromise());
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
