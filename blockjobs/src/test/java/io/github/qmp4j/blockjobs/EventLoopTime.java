package io.github.qmp4j.blockjobs;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.function.Supplier;

/** How long the event loops of this JVM have a processor while something waits for them, however busy the machine is. */
final class EventLoopTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Long> loops = Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("qmp-loop"))
            .map(Thread::getId)
            .toList();

    private long longest;

    <T> T during(Supplier<T> wait) {
        long before = nanos();
        T value = wait.get();
        longest = Math.max(longest, nanos() - before);
        return value;
    }

    /** In nanoseconds. */
    long longest() {
        return longest;
    }

    private long nanos() {
        return loops.stream().mapToLong(THREADS::getThreadCpuTime).sum();
    }
}
