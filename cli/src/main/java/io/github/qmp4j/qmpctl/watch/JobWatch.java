package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.qmpctl.display.SharedDisplay;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobResult.Outcome;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Phase;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Follows one job to its result, and shows its progress. Thread-safe. */
public final class JobWatch {

    private final WatchedJob watched;
    private final SharedDisplay display;
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    /** How qmpctl is ending the job. Set at most once, so that a pivot and a cancel exclude each other. */
    private final AtomicReference<@Nullable Phase> ending = new AtomicReference<>();

    private final AtomicBoolean hinted = new AtomicBoolean();
    private final InterruptibleStart starting = new InterruptibleStart();
    private volatile @Nullable BlockJob job;
    private volatile JobSnapshot snapshot;

    public JobWatch(WatchedJob watched, SharedDisplay display) {
        this.watched = watched;
        this.display = display;
        this.snapshot = new JobSnapshot(
                watched.disk(), watched.kind(), Optional.empty(), Phase.STARTING, JobProgress.NONE, Optional.empty());
    }

    /** Completes with the result of the job; never fails. */
    public CompletableFuture<JobResult> result() {
        return result.copy();
    }

    /** Starts the job and follows it. Completes normally when the job has started or was refused. */
    public CompletableFuture<Void> start(BlockJobs jobs, BlockJobRequest request) {
        if (ending.get() != null) {
            refuse(new Failure(ExitCode.CANCELLED, "interrupted before it was started"));
        }
        if (over.get()) {
            return CompletableFuture.completedFuture(null);
        }
        display.show(snapshot);
        return EndingCheck.check(jobs, request, watched.whenReady())
                .thenCompose(fits -> jobs.start(request, starting::named))
                .handle((started, failure) -> {
                    if (failure == null) {
                        follow(started);
                    } else {
                        refuse(Failure.of(failure));
                    }
                    return null;
                });
    }

    /** Ends the watch of a job that will not be started. */
    public void refuse(Failure failure) {
        end(JobResult.refused(watched.disk(), watched.kind(), failure));
    }

    /** Follows a running job. */
    public void follow(BlockJob started) {
        follow(started, started.info());
    }

    /**
     * Follows a job that another client has started.
     *
     * @param info the state of the job now, which a new handle does not know yet
     */
    public void follow(BlockJob started, JobInfo info) {
        job = started;
        look(info);
        started.onUpdate(this::look);
        started.ready().thenAccept(this::whenReady);
        started.outcome().thenAccept(this::ended);
        if (ending.get() == Phase.CANCELLING) {
            sendCancel(started);
        }
    }

    /** Cancels the job, even during its start, unless its pivot has begun. */
    public void cancel() {
        if (over.get()) {
            return;
        }
        boolean first = ending.compareAndSet(null, Phase.CANCELLING);
        if (!first) {
            Phase begun = ending.get();
            display.say("%s is %s and is not interrupted (again: stop watching it)"
                    .formatted(snapshot.name(), begun == null ? "ending" : begun.word()));
            return;
        }
        display.say("cancelling %s … (again: leave it running)".formatted(snapshot.name()));
        BlockJob started = job;
        if (started != null) {
            sendCancel(started);
        }
    }

    /** Stops watching; the job goes on. */
    public void detach() {
        if (job == null) {
            starting.abandon().ifPresentOrElse(this::leaveStart, () -> refuse(InterruptibleStart.NOT_STARTED));
        } else {
            String error = ending.get() == Phase.CANCELLING
                    ? "it is no longer watched; the cancel was sent and may still take effect"
                    : "it is no longer watched";
            end(
                    JobResult.goesOn(snapshot, Outcome.UNKNOWN, ExitCode.DETACHED, Optional.of(error)),
                    watched.attachAgain(snapshot.name(), isReady()));
        }
    }

    /** Leaves a start whose command may have been sent. */
    private void leaveStart(JobId id) {
        JobSnapshot started = new JobSnapshot(
                watched.disk(), watched.kind(), Optional.of(id), snapshot.phase(), JobProgress.NONE, Optional.empty());
        end(JobResult.goesOn(started, Outcome.UNKNOWN, ExitCode.DETACHED, Optional.of(InterruptibleStart.MAY_BE_THERE))
                .leaving(watched.newFile()));
    }

    private boolean isReady() {
        BlockJob left = job;
        return left != null && left.info().ready();
    }

    /** Stops watching, unless qmpctl has begun to end the job. */
    public void detachUnlessEnding() {
        Phase begun = ending.get();
        if (begun == Phase.PIVOTING || begun == Phase.FINISHING || begun == Phase.FINALIZING) {
            cancel();
        } else {
            detach();
        }
    }

    private void whenReady(BlockJob ready) {
        switch (watched.whenReady()) {
            case PIVOT -> endWith(Phase.PIVOTING, ready);
            case FINISH -> endWith(Phase.FINISHING, ready);
            case LEAVE -> leave(ready);
            case PIVOT_TOGETHER, AWAIT_END -> {}
        }
    }

    private void endWith(Phase phase, BlockJob ready) {
        look(ready.info());
        if (!ending.compareAndSet(null, phase)) {
            return;
        }
        look(ready.info());
        CompletableFuture<JobOutcome> verb = phase == Phase.PIVOTING ? ready.pivot() : ready.finishWithoutPivot();
        verb.exceptionally(failure -> {
            leftReady(Failure.of(failure));
            return null;
        });
    }

    /** Ends the watch of a READY job whose verb failed. */
    void leftReady(Failure failure) {
        end(JobResult.goesOn(
                snapshot,
                Outcome.FAILED,
                ExitCode.FAILED,
                Optional.of(failure.sentence() + "; " + watched.cancelReady(snapshot.name()))));
    }

    /** The job; empty before its start. */
    public Optional<BlockJob> job() {
        return Optional.ofNullable(job);
    }

    /** Called just before the pivot, which does not happen if the job is already ending in another way. */
    void pivotBegins() {
        BlockJob ready = job;
        if (ending.compareAndSet(null, Phase.PIVOTING) && ready != null) {
            look(ready.info());
        }
    }

    /** Finalizes the job when it is PENDING. */
    public void finalizeJob() {
        BlockJob started = job;
        if (started == null || !ending.compareAndSet(null, Phase.FINALIZING)) {
            return;
        }
        started.finalizeJob().exceptionally(failure -> {
            end(JobResult.goesOn(
                    snapshot,
                    Outcome.FAILED,
                    ExitCode.FAILED,
                    Optional.of(Failure.of(failure).sentence() + "; the job is left as it is")));
            return null;
        });
    }

    private void leave(BlockJob ready) {
        if (ending.get() != null) {
            return;
        }
        // The update to READY may still be on its way.
        snapshot = snapshotOf(ready.info());
        end(
                JobResult.goesOn(snapshot, Outcome.READY, ExitCode.DONE, Optional.empty()),
                watched.endReady(snapshot.name()));
    }

    private void sendCancel(BlockJob started) {
        look(started.info());
        started.cancel().exceptionally(failure -> {
            display.say("cannot cancel %s: %s"
                    .formatted(snapshot.name(), Failure.of(failure).sentence()));
            return null;
        });
    }

    private JobSnapshot snapshotOf(JobInfo info) {
        Phase phase = Phase.of(info);
        Phase begun = ending.get();
        return new JobSnapshot(
                watched.disk(),
                watched.kind(),
                Optional.of(info.id()),
                begun == null || phase == Phase.PAUSED_ON_ERROR ? phase : begun,
                // A new handle has not asked QEMU yet.
                info.progress().len() == 0 ? snapshot.progress() : info.progress(),
                info.error());
    }

    private void look(JobInfo info) {
        snapshot = snapshotOf(info);
        if (!over.get()) {
            display.show(snapshot);
            info.doubt().map(WaitLimits::why).ifPresent(this::overdue);
            if (info.progress().notConverging() && !hinted.getAndSet(true)) {
                display.say(
                        "%s does not catch up, since the guest writes as fast as the job copies; a higher --speed may help, or --synchronous-writes from the start"
                                .formatted(snapshot.name()));
            }
        }
    }

    /** Stops watching an overdue job. */
    void overdue(String why) {
        end(
                JobResult.goesOn(
                        snapshot,
                        Outcome.UNKNOWN,
                        ExitCode.OVERDUE,
                        Optional.of(why + "; it is left running as it is")),
                watched.watchAgain(snapshot.name(), isReady()));
    }

    private void ended(JobOutcome outcome) {
        JobSnapshot last = snapshot;
        if (!over.get()) {
            snapshot = new JobSnapshot(
                    last.disk(), last.kind(), last.id(), Phase.ENDED, outcome.progress(), Optional.empty());
            display.show(snapshot);
        }
        end(JobResult.ended(watched.disk(), watched.kind(), watched.isPivotAsked(), outcome)
                .leaving(watched.newFile()));
    }

    private void end(JobResult last) {
        end(last, "");
    }

    /** Sets the result once, after all output: the code that waits for the result may close the display. */
    private void end(JobResult last, String whatNow) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        display.show(last);
        if (!whatNow.isEmpty()) {
            display.say(whatNow);
        }
        result.complete(last);
    }
}
