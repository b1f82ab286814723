package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The open handles of one QEMU, and what each of our jobs has of a disk. Safe for use by any thread. */
public final class JobRegistry {
    /** The nodes reserved for a job. Compared by identity, so that none can be given back in another's place. */
    public static final class Reservation {
        private final JobId id;
        /** Guarded by the lock of the registry. */
        private NodeReservation reservation;

        private Reservation(JobId id, NodeReservation reservation) {
            this.id = id;
            this.reservation = reservation;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** All guarded by the lock. */
    private final Map<JobId, TrackedJob> open = new HashMap<>();

    private final List<Reservation> busy = new ArrayList<>();

    /** Why no job can be watched any more; empty while they can. */
    private Optional<String> over = Optional.empty();

    private boolean lost;

    /** Keeps for a job that is about to start what it will work on; {@link JobConflictException} where another has it. */
    public Reservation reserve(NodeReservation reservation, JobId id) {
        return locked(() -> {
            requireFree(reservation, id);
            Reservation hold = new Reservation(id, reservation);
            busy.add(hold);
            return hold;
        });
    }

    /**
     * Looks whether this could be kept for a job, and keeps nothing.
     *
     * @throws JobConflictException if it could not
     */
    public void requireFree(NodeReservation reservation, JobId id) {
        locked(() -> {
            requireFree(reservation, Optional.empty());
            if (open.containsKey(id) || busy.stream().anyMatch(hold -> hold.id.equals(id))) {
                throw conflict(id);
            }
            return reservation;
        });
    }

    /** Keeps this in place of what was kept before; says whether that had covered it already. */
    public boolean change(Reservation hold, NodeReservation reservation) {
        return locked(() -> {
            if (hold.reservation.covers(reservation)) {
                return true;
            }
            requireFree(reservation, Optional.of(hold));
            hold.reservation = reservation;
            return false;
        });
    }

    private void requireFree(NodeReservation reservation, Optional<Reservation> except) {
        for (Reservation other : busy) {
            if (except.filter(other::equals).isEmpty()) {
                reservation.collision(other.reservation).ifPresent(what -> {
                    throw JobConflictException.inUse(what, other.id);
                });
            }
        }
    }

    /** What our jobs keep, by their ids. */
    public Map<JobId, NodeReservation> reservations() {
        return locked(() -> busy.stream().collect(Collectors.toMap(hold -> hold.id, hold -> hold.reservation)));
    }

    public static JobConflictException conflict(JobId id) {
        return new JobConflictException(id, "there is already a job %s; give another job-id".formatted(id));
    }

    public void release(Reservation hold) {
        locked(() -> busy.remove(hold));
    }

    public void forget(TrackedJob job) {
        locked(() -> open.remove(job.id(), job));
    }

    /**
     * Registers a handle; gives the one that is registered for this job already, if there is one.
     *
     * @throws QmpDisconnectedException if the session was lost: whatever was to be sent was not
     * @throws BlockJobException if this side has stopped watching jobs
     */
    public TrackedJob register(TrackedJob job) {
        return locked(() -> {
            over.ifPresent(why -> {
                String what = "job %s cannot be watched: %s".formatted(job.id(), why);
                throw lost ? new QmpDisconnectedException(what, false, null) : new BlockJobException(what);
            });
            TrackedJob known = open.putIfAbsent(job.id(), job);
            return known == null ? job : known;
        });
    }

    public Optional<TrackedJob> find(String id) {
        return locked(() -> open.values().stream()
                .filter(job -> job.id().value().equals(id))
                .findFirst());
    }

    public Collection<TrackedJob> all() {
        return locked(() -> List.copyOf(open.values()));
    }

    /** Tells all that are registered that nothing more will be heard of them; others may come. */
    public void lost(String why) {
        all().forEach(job -> job.lost(why));
    }

    /**
     * Lets no job register any more, and ends all that are registered; the first reason stays.
     *
     * @param sessionLost whether that is why, and not that this side leaves
     */
    public void end(String why, boolean sessionLost) {
        locked(() -> {
                    if (over.isEmpty()) {
                        over = Optional.of(why);
                        lost = sessionLost;
                    }
                    return List.copyOf(open.values());
                })
                .forEach(job -> job.lost(why));
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
