package io.github.qmp4j.blockjobs;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The open handles of one QEMU, and which disk each of our jobs has. Safe for use by any thread. */
final class JobRegistry {
    private record Plug(Optional<String> device, Optional<String> qdev) {
        static Plug of(Disk disk) {
            return new Plug(disk.device(), disk.qdev());
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** Both guarded by the lock. */
    private final Map<JobId, TrackedJob> open = new HashMap<>();

    private final Map<Plug, JobId> busy = new HashMap<>();

    /** Keeps a disk for a job that is about to start: one job writes to a chain at a time. */
    void reserve(Disk disk, JobId id) {
        locked(() -> {
            JobId other = busy.get(Plug.of(disk));
            if (other != null) {
                throw new JobConflictException(
                        other,
                        "disk %s is in use by job %s; wait for its end, or cancel it".formatted(disk.name(), other));
            }
            if (open.containsKey(id)) {
                throw new JobConflictException(id, "there is already a job %s; give another job-id".formatted(id));
            }
            busy.put(Plug.of(disk), id);
            return id;
        });
    }

    void release(JobId id) {
        locked(() -> {
            open.remove(id);
            return busy.values().removeIf(id::equals);
        });
    }

    /** Registers a handle; gives the one that is registered for this job already, if there is one. */
    TrackedJob register(TrackedJob job) {
        return locked(() -> {
            TrackedJob known = open.putIfAbsent(job.id(), job);
            return known == null ? job : known;
        });
    }

    Optional<TrackedJob> find(String id) {
        return locked(() -> open.values().stream()
                .filter(job -> job.id().value().equals(id))
                .findFirst());
    }

    Collection<TrackedJob> all() {
        return locked(() -> List.copyOf(open.values()));
    }

    private <T> T locked(java.util.function.Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
