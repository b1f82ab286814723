package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.async.Mailbox;
import io.github.qmp4j.event.EventSubscription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners for changes of jobs. A slow one misses outdated changes, never the last one of a job. */
public final class JobListeners {
    private static final Logger LOG = LoggerFactory.getLogger(JobListeners.class);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Executor executor;

    public JobListeners(Executor executor) {
        this.executor = executor;
    }

    public boolean heard() {
        return !listeners.isEmpty();
    }

    public Listener add(Consumer<? super JobInfo> consumer) {
        Listener listener = new Listener(consumer);
        listeners.add(listener);
        return listener;
    }

    public void tell(JobInfo info) {
        listeners.forEach(listener -> listener.tell(info));
    }

    /** Tells a listener that has just come what the others know already. */
    void catchUp(JobInfo now, boolean over) {
        tell(now);
        if (over) {
            end();
        }
    }

    public void end() {
        listeners.forEach(Listener::end);
    }

    public final class Listener implements EventSubscription {
        private final Consumer<? super JobInfo> consumer;
        private final Mailbox mailbox = new Mailbox(executor);
        /** The last of each job that is not delivered yet; guarded by itself. */
        private final Map<JobId, JobInfo> latest = new LinkedHashMap<>();

        /** The jobs that the listener heard of before the first list was complete; guarded by {@code latest}. */
        private final Set<JobId> heardOf = new HashSet<>();
        /** The first report of each job, until a newer one; guarded by {@code latest}. */
        private final Map<JobId, JobInfo> firsts = new HashMap<>();

        private boolean begun;

        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        Listener(Consumer<? super JobInfo> consumer) {
            this.consumer = consumer;
        }

        /** Tells of a job that was there before it came, unless it has heard of that since. */
        public void tellFirst(JobInfo info) {
            boolean first;
            synchronized (latest) {
                if (!heardOf.add(info.id())) {
                    return;
                }
                firsts.put(info.id(), info);
                first = latest.isEmpty();
                latest.put(info.id(), info);
            }
            if (first) {
                mailbox.execute(this::deliver);
            }
        }

        /** It has been told of all jobs that were there. */
        public void begun() {
            synchronized (latest) {
                begun = true;
                heardOf.clear();
            }
        }

        void tell(JobInfo info) {
            boolean first;
            synchronized (latest) {
                if (!begun) {
                    heardOf.add(info.id());
                }
                if (info.equals(firsts.remove(info.id()))) {
                    return;
                }
                first = latest.isEmpty();
                latest.put(info.id(), info);
            }
            if (first) {
                mailbox.execute(this::deliver);
            }
        }

        private void deliver() {
            List<JobInfo> infos;
            synchronized (latest) {
                infos = List.copyOf(latest.values());
                latest.clear();
            }
            infos.forEach(this::deliver);
        }

        private void deliver(JobInfo info) {
            if (ended.isDone()) {
                return;
            }
            try {
                consumer.accept(info);
            } catch (RuntimeException e) {
                LOG.error("a listener of job {} failed; it stays subscribed", info.id(), e);
            }
        }

        void end() {
            mailbox.execute(this::close);
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public EventSubscription onDropped(Runnable action) {
            return this;
        }

        @Override
        public CompletableFuture<Void> delivered() {
            return CompletableFuture.runAsync(() -> {}, mailbox);
        }

        @Override
        public CompletableFuture<Void> ended() {
            return ended.copy();
        }

        @Override
        public void close() {
            listeners.remove(this);
            ended.complete(null);
        }
    }
}
