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

    /** A disk that is kept for a job; each is only itself, so that none can be given back in another's place. */
    static final class Hold {
        private final JobId id;

        private Hold(JobId id) {
            this.id = id;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** All guarded by the lock. */
    private final Map<JobId, TrackedJob> open = new HashMap<>();

    private final Map<Plug, Hold> busy = new HashMap<>();

    /** Why no job can be watched any more; empty while they can. */
    private Optional<String> over = Optional.empty();

    /** Keeps a disk for a job that is about to start: one job writes to a chain at a time. */
    Hold reserve(Disk disk, JobId id) {
        return locked(() -> {
            requireFree(disk, id);
            Hold hold = new Hold(id);
            busy.put(Plug.of(disk), hold);
            return hold;
        });
    }

    /**
     * Looks whether a disk could be kept for a job, and keeps nothing.
     *
     * @throws JobConflictException if it could not
     */
    void requireFree(Disk disk, JobId id) {
        locked(() -> {
            Hold other = busy.get(Plug.of(disk));
            if (other != null) {
                throw new JobConflictException(
                        other.id,
                        "disk %s is in use by job %s; wait for its end, or cancel it".formatted(disk.name(), other.id));
            }
            if (open.containsKey(id) || busy.values().stream().anyMatch(hold -> hold.id.equals(id))) {
                throw conflict(id);
            }
            return disk;
        });
    }

    static JobConflictException conflict(JobId id) {
        return new JobConflictException(id, "there is already a job %s; give another job-id".formatted(id));
    }

    void release(Hold hold) {
        locked(() -> busy.values().removeIf(hold::equals));
    }

    void forget(TrackedJob job) {
        locked(() -> open.remove(job.id(), job));
    }

    /**
     * Registers a handle; gives the one that is registered for this job already, if there is one.
     *
     * @throws BlockJobException if no job can be watched any more
     */
    TrackedJob register(TrackedJob job) {
        return locked(() -> {
            over.ifPresent(why -> {
                throw new BlockJobException("job %s cannot be watched: %s".formatted(job.id(), why));
            });
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

    /** Lets nobody register any more, and tells all that are registered. */
    void end(String why) {
        locked(() -> {
                    over = Optional.of(why);
                    return List.copyOf(open.values());
                })
                .forEach(job -> job.lost(why));
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
