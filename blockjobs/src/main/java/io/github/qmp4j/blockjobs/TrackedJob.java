package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.Evidence.Asked;
import io.github.qmp4j.blockjobs.Evidence.Result;
import io.github.qmp4j.event.EventSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The handle of one job, and what is known of it. Whatever happens to the job comes through its mailbox, so that no field
 * is touched by two threads where its comment does not say so.
 *
 * <p>When the job has ended, its result is read, it is dismissed, the graph is read, all is judged, and only then the
 * futures complete.
 */
final class TrackedJob implements BlockJob {
    private final JobId id;
    private final Optional<BlockJobRequest> request;
    private final JobContext context;
    private final Judge judge;
    private final boolean owned;
    private final Consumer<TrackedJob> onEnd;
    private final Mailbox mailbox;
    private final JobUpdates updates;
    private final JobState state;
    private final JobVerbs verbs;
    private final CompletableFuture<BlockJob> ready = new CompletableFuture<>();
    private final CompletableFuture<JobOutcome> outcome = new CompletableFuture<>();

    /** Counted by the thread that delivers events, taken by the mailbox. */
    private final AtomicLong newIoErrors = new AtomicLong();

    /** Written by the mailbox, read by anybody. */
    private volatile JobInfo info;

    private volatile boolean ending;

    /** Whether QEMU has, or had, the job that this handle is for. */
    private boolean exists;

    /** Whether it is known what became of the command that starts it. */
    private boolean startAnswered;

    private boolean wentAway;
    private boolean missedEvents;
    private boolean sawStop;
    private Optional<Result> told = Optional.empty();
    private Optional<String> toldError = Optional.empty();
    private Asked asked = Asked.NOTHING;

    TrackedJob(
            JobId id,
            JobType type,
            Optional<BlockJobRequest> request,
            JobContext context,
            Judge judge,
            boolean owned,
            Consumer<TrackedJob> onEnd) {
        this.id = id;
        this.request = request;
        this.context = context;
        this.judge = judge;
        this.owned = owned;
        this.onEnd = onEnd;
        this.mailbox = new Mailbox(context.callbacks());
        this.updates = new JobUpdates(context.callbacks());
        this.state = new JobState(id, type);
        request.ifPresent(known -> state.meter().speed(known.settings().speed()));
        this.info = state.info();
        this.verbs = new JobVerbs(this, context);
    }

    // ---- what is heard of the job ----

    /** QEMU has accepted the command that starts it, or lists it. */
    void started() {
        mailbox.execute(() -> {
            exists = true;
            startAnswered();
        });
    }

    /** No reply has come, so the job may exist or not; its events will tell, or its absence. */
    void startInDoubt() {
        mailbox.execute(() -> {
            startAnswered();
            check();
        });
    }

    private void startAnswered() {
        startAnswered = true;
        if (wentAway && !ending) {
            gone();
        }
    }

    /** {@code JOB_STATUS_CHANGE}. */
    void statusChanged(String status) {
        mailbox.execute(() -> {
            // Before it is created, an event of this id is about a job of somebody else who had the id first.
            exists |= status.equals("created");
            if (exists && !ending) {
                take(status);
            }
        });
    }

    private void take(String status) {
        if (status.equals("null")) {
            gone();
            return;
        }
        state.status(JobStatus.of(status));
        if (state.isReady()) {
            ready.complete(this);
        }
        if (sawStop && state.isHalted()) {
            confirmStop();
        }
        if (JobStatus.of(status) == JobStatus.CONCLUDED) {
            end(Conclusion.read(context, id, owned));
        } else {
            publish();
        }
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}: all there is if somebody else dismisses the job. */
    void endTold(Result result, Optional<String> error, long offset, long len) {
        mailbox.execute(() -> {
            if (exists) {
                told = Optional.of(result);
                toldError = error;
                state.meter().end(offset, len);
            }
        });
    }

    /** {@code BLOCK_JOB_ERROR}. There can be tens of thousands a second, so most are only counted. */
    void ioError(boolean stops) {
        boolean first = newIoErrors.getAndIncrement() == 0;
        if (first || stops) {
            mailbox.execute(() -> {
                state.ioErrors(newIoErrors.getAndSet(0));
                sawStop |= stops;
                if (sawStop && state.isHalted()) {
                    confirmStop();
                }
            });
        }
    }

    /** Only QEMU's I/O status tells a stop on an error from one of QEMU's own short pauses. */
    private void confirmStop() {
        context.queryBlockJob(id).thenAcceptAsync(this::stopConfirmed, mailbox);
    }

    private void stopConfirmed(Optional<JsonNode> entry) {
        String ioStatus = entry.map(job -> job.path("io-status").asText()).orElse("ok");
        if (!ending && state.isHalted() && !ioStatus.equals("ok")) {
            sawStop = false;
            state.pausedOnError(
                    ioStatus.equals("nospace") ? "no space left (nospace)" : "I/O error (" + ioStatus + ")");
            publish();
        }
    }

    /** An entry of {@code query-block-jobs}. */
    void progressSeen(JsonNode entry) {
        long now = System.nanoTime();
        mailbox.execute(() -> {
            if (exists && !ending) {
                state.meter().speed(entry.path("speed").asLong());
                state.meter()
                        .see(entry.path("offset").asLong(), entry.path("len").asLong(), now);
                publish();
            }
        });
    }

    void eventsMissed() {
        mailbox.execute(() -> missedEvents = true);
        check();
    }

    /** Asks QEMU where the job stands, so that nothing rests on events alone. */
    void check() {
        context.queryJob(id).thenAcceptAsync(this::checked, mailbox);
    }

    private void checked(Optional<JsonNode> entry) {
        if (ending) {
            return;
        }
        if (entry.isEmpty()) {
            gone();
        } else if (exists) {
            take(entry.get().path("status").asText());
        }
    }

    /** QEMU has no such job, and it was not we who dismissed it. */
    private void gone() {
        if (!startAnswered) {
            wentAway = true;
        } else if (told.isPresent()) {
            end(Conclusion.readGraph(context));
        } else if (!exists && !missedEvents) {
            told = Optional.of(Result.FAILED);
            toldError = Optional.of("QEMU did not start the job; its answer came too late to be heard");
            end(Conclusion.readGraph(context));
        } else {
            end(CompletableFuture.completedFuture(
                    Conclusion.none("QEMU has no such job any more, and nothing was heard of how it ended")));
        }
    }

    /** The connection is gone, or we leave: the job goes on without us. */
    void lost(String why) {
        mailbox.execute(() -> {
            if (!outcome.isDone()) {
                told = Optional.empty();
                end(CompletableFuture.completedFuture(Conclusion.none(why)));
            }
        });
    }

    // ---- how it ends ----

    private void end(CompletableFuture<Conclusion> reading) {
        ending = true;
        reading.thenAcceptAsync(this::conclude, mailbox);
    }

    private void conclude(Conclusion conclusion) {
        if (outcome.isDone()) {
            return;
        }
        JobOutcome judged = judge.judge(evidence(conclusion));
        JobOutcome whole = conclusion.dismissed() ? judged : withUndismissed(judged);
        state.ended(
                whole.end() instanceof JobOutcome.End.Failed failed ? Optional.of(failed.error()) : Optional.empty());
        publish();
        // Whoever is told of the end may start the next job on this disk at once.
        onEnd.accept(this);
        ready.completeExceptionally(new JobEndedException(whole));
        outcome.complete(whole);
        updates.end();
    }

    private Evidence evidence(Conclusion conclusion) {
        Optional<String> error = conclusion.seen() ? conclusion.error() : toldError;
        return new Evidence(
                id,
                result(conclusion, error),
                error,
                asked,
                state.info().progress(),
                conclusion.after(),
                conclusion.doubt());
    }

    private Result result(Conclusion conclusion, Optional<String> error) {
        if (told.filter(Result.CANCELLED::equals).isPresent()) {
            return Result.CANCELLED;
        }
        if (conclusion.seen()) {
            boolean failed = error.isPresent();
            return !failed
                    ? Result.SUCCEEDED
                    : asked == Asked.CANCEL && told.isEmpty() ? Result.CANCELLED : Result.FAILED;
        }
        return told.orElse(Result.UNKNOWN);
    }

    private JobOutcome withUndismissed(JobOutcome judged) {
        List<Leftover> leftovers = new ArrayList<>(judged.leftovers());
        leftovers.add(
                new Leftover(Leftover.Kind.JOB, id.value(), "it has ended, and QEMU did not answer its dismissal"));
        return new JobOutcome(
                id, judged.end(), judged.head(), judged.progress(), judged.released(), judged.invalidated(), leftovers);
    }

    private void publish() {
        info = state.info();
        updates.tell(info);
    }

    // ---- for the verbs ----

    void ask(Asked verb) {
        mailbox.execute(() -> asked = verb);
    }

    void pausedByUser(boolean paused) {
        mailbox.execute(() -> {
            state.pausedByUser(paused);
            publish();
        });
    }

    boolean isEnding() {
        return ending;
    }

    boolean neverReady() {
        return judge.neverReady();
    }

    boolean isHeard() {
        return updates.heard();
    }

    // ---- for the user ----

    @Override
    public JobId id() {
        return id;
    }

    @Override
    public JobInfo info() {
        return info;
    }

    @Override
    public Optional<BlockJobRequest> request() {
        return request;
    }

    @Override
    public CompletableFuture<BlockJob> ready() {
        return copy(ready);
    }

    @Override
    public CompletableFuture<JobOutcome> outcome() {
        return copy(outcome);
    }

    /** A copy that completes on an executor for user code, so that what hangs on it cannot hold up the mailbox. */
    private <T> CompletableFuture<T> copy(CompletableFuture<T> original) {
        CompletableFuture<T> copy = new CompletableFuture<>();
        original.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        copy.complete(value);
                    } else {
                        copy.completeExceptionally(failure);
                    }
                },
                context.callbacks());
        return copy;
    }

    @Override
    public EventSubscription onUpdate(Consumer<? super JobInfo> listener) {
        EventSubscription subscription = updates.add(listener, info);
        if (outcome.isDone()) {
            updates.end();
        }
        context.onListener().run();
        return subscription;
    }

    @Override
    public CompletableFuture<Void> pause() {
        return verbs.pause();
    }

    @Override
    public CompletableFuture<Void> resume() {
        return verbs.resume();
    }

    @Override
    public CompletableFuture<Void> setSpeed(long bytesPerSecond) {
        return verbs.setSpeed(bytesPerSecond);
    }

    @Override
    public CompletableFuture<JobOutcome> pivot() {
        return verbs.pivot();
    }

    @Override
    public CompletableFuture<JobOutcome> finishWithoutPivot() {
        return verbs.finishWithoutPivot();
    }

    @Override
    public CompletableFuture<JobOutcome> cancel() {
        return verbs.cancel();
    }
}
