package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import io.github.qmp4j.blockjobs.end.EndReading;
import io.github.qmp4j.blockjobs.end.EndReading.Dismissal;
import io.github.qmp4j.blockjobs.end.EndSignals;
import io.github.qmp4j.blockjobs.end.NodeFlush;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobPhase.Action;
import io.github.qmp4j.blockjobs.job.JobPhase.Signal;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How one job comes to its end: its result is read, it is dismissed, the graph is read, the outcome is decided, and what was added for
 * it is removed. Belongs to the job's mailbox where a comment does not say otherwise.
 */
public final class JobEnding {
    private final JobId id;
    private final JobContext context;
    private final OutcomeRule rule;
    private final Executor mailbox;
    private final JobLife life;
    private final EndSignals signals;
    private final Supplier<JobProgress> progress;
    private final Consumer<JobOutcome> tell;

    /** Whether it is ours to dismiss; set by any thread, never unset. */
    private volatile boolean owned;

    /** Set where the job is started or taken over. */
    private volatile JobRecorder steps = JobRecorder.none();

    /** What this side has begun to write to the header in PENDING; empty once the header is known to be right. */
    private Optional<CompletableFuture<?>> proof = Optional.empty();
    /** Runs between the decision on the outcome and its publication; never fails. Set before the job is registered. */
    private Function<JobOutcome, CompletableFuture<JobOutcome>> afterwards = CompletableFuture::completedFuture;

    /** @param tell is given the outcome, once */
    JobEnding(
            JobId id,
            JobContext context,
            OutcomeRule rule,
            Executor mailbox,
            JobLife life,
            EndSignals signals,
            Supplier<JobProgress> progress,
            Consumer<JobOutcome> tell) {
        this.id = id;
        this.context = context;
        this.rule = rule;
        this.mailbox = mailbox;
        this.life = life;
        this.signals = signals;
        this.progress = progress;
        this.tell = tell;
    }

    public void afterwards(Function<JobOutcome, CompletableFuture<JobOutcome>> cleanUp) {
        afterwards = cleanUp;
    }

    /** Has the steps written down, from now on. */
    public void keep(JobRecorder kept) {
        steps = kept;
    }

    /** The id was made for this job, or for its key, and QEMU did not have it before the start. On any thread. */
    public void hasIdOfItsOwn() {
        mailbox.execute(life::idIsOurs);
    }

    /** On any thread. */
    JobRecorder steps() {
        return steps;
    }

    /** On any thread. */
    void owned() {
        owned = true;
    }

    /**
     * Has the end wait for this, which writes the header that the job ends with. Gives false if the end has begun: then nothing may be
     * written any more. On any thread.
     */
    CompletableFuture<Boolean> waitsFor(CompletableFuture<?> headerProof) {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (!life.isOver()) {
                        proof = Optional.of(headerProof);
                    }
                    return !life.isOver();
                },
                mailbox);
    }

    private CompletableFuture<?> proved() {
        return proof.<CompletableFuture<?>>map(one -> one.handle((done, failure) -> true))
                .orElseGet(() -> CompletableFuture.completedFuture(true));
    }

    void concluded() {
        if (life.on(Signal.END) == Action.READ) {
            end(proved().thenCompose(over -> EndReading.read(context, id, owned, this::keepResult)));
        }
    }

    /** QEMU has no such job, and it was not we who dismissed it. */
    void gone() {
        if (life.on(Signal.END) != Action.READ) {
            return;
        }
        if (signals.isGiven()) {
            end(proved().thenCompose(over -> EndReading.readGraph(context)));
        } else if (life.neverBegan()) {
            signals.told(
                    Result.FAILED, Optional.of("QEMU did not start the job; its answer came too late to be heard"));
            end(EndReading.readGraph(context));
        } else {
            unread("QEMU has no such job any more, and nothing was heard of how it ended");
        }
    }

    private CompletableFuture<Void> keepResult(EndReading reading) {
        return steps.isKept()
                ? signals.verbs()
                        .ended()
                        .thenApplyAsync(heard -> signals.with(id, reading, progress.get()), mailbox)
                        .thenCompose(steps::concluded)
                : CompletableFuture.completedFuture(null);
    }

    /** Its outcome has been decided elsewhere. On any thread. */
    public void known(JobOutcome outcome) {
        mailbox.execute(() -> {
            life.on(Signal.OUTCOME);
            tell.accept(outcome);
        });
    }

    /** It could not be finalized and is about to be cancelled. On any thread. */
    void withdrawn(String why) {
        mailbox.execute(() -> signals.withdrawn(why));
    }

    /** A pivot was wanted, and this side is about to have the job finished without it. On any thread. */
    void givenUp(String why) {
        mailbox.execute(() -> signals.givenUp(why));
    }

    /** Nothing more can be found out. */
    void unread(String why) {
        if (life.on(Signal.LOST) == Action.DECIDE) {
            end(CompletableFuture.completedFuture(EndReading.none(why)));
        }
    }

    private void end(CompletableFuture<EndReading> reading) {
        reading.thenAcceptAsync(this::conclude, mailbox);
    }

    private void conclude(EndReading reading) {
        if (life.isDecided()) {
            return;
        }
        CompletableFuture<Void> answered = signals.verbs().ended();
        if (!answered.isDone()) {
            answered.thenRunAsync(() -> conclude(reading), mailbox);
            return;
        }
        if (owned && reading.fate() == Dismissal.KEPT) {
            // A user has taken it over while its result was read.
            end(reading.dismissed(context, id));
            return;
        }
        if (proof.isPresent() && reading.after().isPresent()) {
            // Another client may have finalized the job in the midst of it.
            proof = Optional.empty();
            end(rule.mendHeader(context, id, reading.after().get())
                    .thenCompose(mended ->
                            mended ? reading.withGraph(context) : CompletableFuture.completedFuture(reading)));
            return;
        }
        life.on(Signal.OUTCOME);
        EndFacts facts = signals.with(id, reading, progress.get());
        if (facts.result() != Result.UNKNOWN) {
            // The record may name a verb that was written down, and came too late for QEMU.
            steps.refused(facts.asked());
        }
        JobOutcome whole = rule.outcomeOf(facts, reading.fate() != Dismissal.LEFT);
        flushed(whole).thenCompose(afterwards).thenAcceptAsync(tell, mailbox);
    }

    /**
     * QEMU rewrites a header when a job is finalized, and flushes only that of a pull, from 10.0 on: until it is on disk the
     * header names the images that are released. Of a job that another client finalized, or that finalized itself, the data may not be
     * on disk either.
     */
    private CompletableFuture<JobOutcome> flushed(JobOutcome whole) {
        if (!whole.completed()) {
            return CompletableFuture.completedFuture(whole);
        }
        return NodeFlush.of(context, rule.written(id))
                .handle((done, failure) -> failure == null
                        ? whole
                        : Outcomes.inDoubt(
                                whole,
                                "QEMU reports success, but %s; QEMU may hold in memory what the disk lacks, so keep QEMU running and delete nothing"
                                        .formatted(Futures.cause(failure).getMessage())));
    }
}
