package io.github.qmp4j.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The event-loop threads that all clients share: they start with the first client and end with the last. */
final class EventLoops {
    static final EventLoops NIO = new EventLoops(NioIoHandler::newFactory);
    static final EventLoops EPOLL = new EventLoops(EpollIoHandler::newFactory);

    private static final int MOST_THREADS = 4;
    private static final int QUIET_MILLIS = 0;
    private static final int END_MILLIS = 1000;

    private final Supplier<IoHandlerFactory> io;
    private final ReentrantLock lock = new ReentrantLock();

    /** Both guarded by the lock. */
    private int users;

    private @Nullable EventLoopGroup group;

    private EventLoops(Supplier<IoHandlerFactory> io) {
        this.io = io;
    }

    /** The shared threads; each call is paid back by one of {@link #release()}. */
    EventLoopGroup acquire() {
        lock.lock();
        try {
            if (group == null) {
                int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
                group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("qmp-loop", true), io.get());
            }
            users++;
            return group;
        } finally {
            lock.unlock();
        }
    }

    void release() {
        lock.lock();
        try {
            users--;
            if (users == 0 && group != null) {
                group.shutdownGracefully(QUIET_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS);
                group = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
