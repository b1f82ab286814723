package io.github.qmp4j.transport;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A wire without a socket. Its event loop is the thread that calls {@link #serve}, and its timers ring when they are made to: so
 * each step of it is one of the test.
 */
public final class QueuedWire {
    private static final WireTap NO_TAP = new WireTap(QmpAddress.parse("unix:queued"), QmpOptions.defaults());

    private final Consumer<String> peer;
    private final EventLoop loop = proxy(EventLoop.class, this::ofLoop);
    private final Channel channel = proxy(Channel.class, this::ofChannel);

    /** All guarded by this. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private final List<Runnable> timers = new ArrayList<>();
    private boolean ended;

    /** @param peer is given each line that is sent, on the event loop */
    public QueuedWire(Consumer<String> peer) {
        this.peer = peer;
    }

    public Wire wire() {
        return new Wire(channel, NO_TAP);
    }

    private @Nullable Object ofChannel(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "eventLoop" -> loop;
            case "isActive", "isWritable" -> true;
            case "writeAndFlush" -> {
                peer.accept(((ByteBuf) arguments[0]).toString(StandardCharsets.UTF_8));
                yield null;
            }
            default -> ofAny(self, method, arguments);
        };
    }

    private @Nullable Object ofLoop(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "execute" -> {
                execute((Runnable) arguments[0]);
                yield self;
            }
            case "schedule" -> schedule((Runnable) arguments[0]);
            default -> ofAny(self, method, arguments);
        };
    }

    private static @Nullable Object ofAny(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self.hashCode() == arguments[0].hashCode();
            case "hashCode" -> System.identityHashCode(self);
            case "toString", "voidPromise" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    /** As an event loop takes it: what it has accepted is run, and after its end it accepts nothing. */
    public synchronized void execute(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException("the loop has ended");
        }
        tasks.add(task);
    }

    private synchronized ScheduledFuture<?> schedule(Runnable task) {
        timers.add(task);
        return proxy(
                ScheduledFuture.class,
                (self, method, arguments) ->
                        method.getName().equals("cancel") ? cancel(task) : ofAny(self, method, arguments));
    }

    private synchronized boolean cancel(Runnable timer) {
        return timers.remove(timer);
    }

    /** The time of every timer that is set is over. */
    public synchronized void ring() {
        for (Runnable timer : List.copyOf(timers)) {
            execute(() -> {
                if (cancel(timer)) {
                    timer.run();
                }
            });
        }
    }

    /** Is the event loop until there is nothing more to do. */
    public void serve() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        return tasks.poll();
    }

    public synchronized void end() {
        ended = true;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
