package io.github.qmp4j.blockjobs.record;

import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.QemuInstance;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.threads.Futures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one job, each written down before it is taken: its taker waits for the future first. The first can fail,
 * and {@link #finalizing()}; another one that could not be written down becomes a leftover, since the job cannot be held up in
 * QEMU. Does nothing for a job without a key. Safe for use by any thread.
 */
public final class JobRecorder {
    private final Optional<JobKey> key;
    private final JobStore store;
    private final Optional<QemuInstance> qemu;

    /** Both guarded by this; the record is null before the first step, and for a job without a key. */
    private @Nullable JobRecord newest;

    private final List<Leftover> unwritten = new ArrayList<>();

    private JobRecorder(Optional<JobKey> key, JobStore store, Optional<QemuInstance> qemu, @Nullable JobRecord newest) {
        this.key = key;
        this.store = store;
        this.qemu = qemu;
        this.newest = newest;
    }

    /** For a job without a key. */
    public static JobRecorder none() {
        return new JobRecorder(Optional.empty(), JobStore.none(), Optional.empty(), null);
    }

    /** For the work of a key that is about to be started; with the run of QEMU if anything is to be written down. */
    public static JobRecorder of(JobKey key, JobStore store, Optional<QemuInstance> qemu) {
        return new JobRecorder(Optional.of(key), store, qemu, null);
    }

    /** For a job that is known from its newest record. */
    public static JobRecorder after(JobRecord record, JobStore store) {
        return new JobRecorder(Optional.of(record.key()), store, Optional.of(record.qemu()), record);
    }

    /** What the job is called, where its key says. */
    public Optional<JobId> jobId() {
        return key.map(JobKey::jobId);
    }

    /** Whether any step is written down. */
    public boolean isKept() {
        return key.isPresent();
    }

    /**
     * Fails with {@link JobStoreException}; then the job must not be started, and {@link #forget} is due, since the record may be there all
     * the same.
     */
    public CompletableFuture<Void> intent(JobPlan plan, Disk disk, Optional<String> targetNode) {
        if (key.isEmpty() || qemu.isEmpty()) {
            return Futures.done();
        }
        JobRecord first =
                JobRecord.intent(key.get(), plan.request(), disk, plan.after(), targetNode, qemu.get(), Instant.now());
        synchronized (this) {
            newest = first;
        }
        return store.record(first);
    }

    public CompletableFuture<Void> started() {
        return write(record -> record.at(JobRecord.Step.STARTED, Instant.now()));
    }

    public CompletableFuture<Void> ready() {
        return write(record ->
                record.step() == JobRecord.Step.STARTED ? record.at(JobRecord.Step.READY, Instant.now()) : record);
    }

    public CompletableFuture<Void> asked(Asked verb) {
        if (verb == Asked.PIVOT || verb == Asked.FINISH) {
            // Neither is asked before.
            ready();
        }
        return write(record -> switch (verb) {
            case PIVOT -> ending(record, JobRecord.Verb.PIVOT);
            case FINISH -> ending(record, JobRecord.Verb.FINISH);
            case CANCEL -> ending(record, JobRecord.Verb.CANCEL);
            case FINALIZE, NOTHING -> record;
        });
    }

    /**
     * QEMU may have refused the verb that was written down last.
     *
     * @param side the last one that counts
     */
    public CompletableFuture<Void> refused(Asked side) {
        return write(record -> switch (record.step()) {
            case INTENT, STARTED, READY -> record;
            case ENDING ->
                verb(record, side)
                        .map(verb -> ending(record, verb))
                        .orElseGet(() -> record.refused(beforeEnding(record), Instant.now()));
            case CONCLUDED, DISMISSED, CLEANED -> record.asked(verb(record, side));
        });
    }

    private static JobRecord.Step beforeEnding(JobRecord record) {
        return Planner.plan(record.disk().chain(), record.request()).becomesReady()
                ? JobRecord.Step.READY
                : JobRecord.Step.STARTED;
    }

    /** What the record is to name: a verb that QEMU has refused does not stand; that the data was on disk before the end does. */
    private static Optional<JobRecord.Verb> verb(JobRecord record, Asked side) {
        if (record.isFinalized()) {
            return record.asked();
        }
        return switch (side) {
            case PIVOT -> Optional.of(JobRecord.Verb.PIVOT);
            case FINISH -> Optional.of(JobRecord.Verb.FINISH);
            case CANCEL -> Optional.of(JobRecord.Verb.CANCEL);
            case FINALIZE, NOTHING -> Optional.empty();
        };
    }

    /**
     * What the job moved is on disk, and it is about to be finalized. Fails with {@link JobStoreException}; then it must not be,
     * since after a crash nothing would tell that it was safe to.
     */
    public CompletableFuture<Void> finalizing() {
        return recorded(record -> ending(record, JobRecord.Verb.FINALIZE)).written();
    }

    /** A verb is asked again and again, and written down once. */
    private static JobRecord ending(JobRecord record, JobRecord.Verb verb) {
        boolean isKnown = record.asked().equals(Optional.of(verb))
                || record.isFinalized()
                || record.step().compareTo(JobRecord.Step.ENDING) > 0;
        return isKnown ? record : record.ending(verb, Instant.now());
    }

    /** What QEMU says of the end; nothing where it says nothing. */
    public CompletableFuture<Void> concluded(EndFacts facts) {
        if (facts.result() == Result.UNKNOWN) {
            return Futures.done();
        }
        JobOutcome.End end =
                switch (facts.result()) {
                    case SUCCEEDED, UNKNOWN -> new JobOutcome.End.Completed();
                    case CANCELLED -> new JobOutcome.End.Cancelled();
                    case FAILED -> new JobOutcome.End.Failed(facts.error().orElse("QEMU gave no reason"));
                };
        return write(record -> record.asked(verb(record, facts.asked()))
                .concluded(new JobRecord.Told(end, facts.progress()), Instant.now()));
    }

    /** Records proved outcomes only, so that the next process looks again at any other. */
    public CompletableFuture<JobOutcome> dismissed(JobOutcome outcome) {
        return isFinal(outcome)
                ? write(record -> record.at(JobRecord.Step.DISMISSED, outcome, Instant.now()))
                        .thenApply(done -> outcome)
                : CompletableFuture.completedFuture(outcome);
    }

    /** Gives the outcome with what could not be written down. */
    public CompletableFuture<JobOutcome> cleaned(JobOutcome outcome) {
        CompletableFuture<Void> last = isFinal(outcome)
                ? write(record -> record.at(JobRecord.Step.CLEANED, outcome, Instant.now()))
                : Futures.done();
        return last.thenApply(done -> {
            synchronized (this) {
                return Outcomes.leaving(outcome, unwritten);
            }
        });
    }

    private static boolean isFinal(JobOutcome outcome) {
        return !(outcome.end() instanceof JobOutcome.End.Unknown)
                && outcome.leftovers().stream().noneMatch(left -> left.kind() == Leftover.Kind.JOB);
    }

    /** There is no job, so nothing is known of it; fails where that cannot be written down. */
    public CompletableFuture<Void> forget() {
        synchronized (this) {
            newest = null;
        }
        return key.map(store::forget).orElseGet(Futures::done);
    }

    /** A step and its writing. */
    private record Written(String step, CompletableFuture<Void> written) {}

    private CompletableFuture<Void> write(UnaryOperator<JobRecord> step) {
        Written next = recorded(step);
        return next.written().exceptionally(failure -> {
            synchronized (this) {
                unwritten.add(new Leftover(
                        Leftover.Kind.RECORD,
                        key.map(JobKey::text).orElse(""),
                        "that the job is %s could not be written down: %s"
                                .formatted(next.step(), Futures.cause(failure).getMessage())));
            }
            return null;
        });
    }

    /** The order of the calls is the order in which they are written. */
    private synchronized Written recorded(UnaryOperator<JobRecord> step) {
        if (newest == null) {
            return new Written("", Futures.done());
        }
        JobRecord next = step.apply(newest);
        CompletableFuture<Void> written = next.equals(newest) ? Futures.done() : store.record(next);
        newest = next;
        return new Written(next.step().toString(), written);
    }
}
