package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.Conclusion.Fate;
import io.github.qmp4j.blockjobs.Evidence.Asked;
import io.github.qmp4j.blockjobs.Evidence.Result;
import io.github.qmp4j.event.EventSubscription;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All that is known of one job. Whatever happens to it comes through its mailbox, so that no field is touched by two
 * threads where its comment does not say so. When the job has ended, its result is read, it is dismissed, the graph is
 * read, all is judged, what was added for it is removed, and only then the futures complete.
 */
final class TrackedJob {
    private final JobId id;
    private final JobContext context;
    private final Judge judge;
    private final Consumer<TrackedJob> onEnd;
    private final Mailbox mailbox;
    private final JobUpdates updates;
    private final JobState state;
    private final JobHandle handle;
    private final ErrorWatch errors;
    private final Testimony testimony = new Testimony();
    private final Beginning beginning = new Beginning();
    private final CompletableFuture<TrackedJob> ready = new CompletableFuture<>();
    private final CompletableFuture<JobOutcome> outcome = new CompletableFuture<>();

    /** Written by the mailbox, read by anybody. */
    private volatile JobInfo info;

    private volatile boolean ending;
    /** Whether it is ours to dismiss; set by anybody, never unset. */
    private volatile boolean owned;

    /** Belongs to the mailbox. */
    private boolean judged;
    /** What is done between the judgement and its telling; never fails. Set before the job is registered. */
    private Function<JobOutcome, CompletableFuture<JobOutcome>> afterwards = CompletableFuture::completedFuture;

    void afterwards(Function<JobOutcome, CompletableFuture<JobOutcome>> cleanUp) {
        afterwards = cleanUp;
    }

    TrackedJob(
            JobId id,
            JobType type,
            Optional<BlockJobRequest> request,
            JobContext context,
            Judge judge,
            boolean owned,
            Consumer<TrackedJob> onEnd) {
        this.id = id;
        this.context = context;
        this.judge = judge;
        this.owned = owned;
        this.onEnd = onEnd;
        this.mailbox = new Mailbox(context.callbacks());
        this.updates = new JobUpdates(context.callbacks());
        this.state = new JobState(id, type);
        request.ifPresent(known -> state.meter().speed(known.settings().speed()));
        this.info = state.info();
        this.errors = new ErrorWatch(id, state, context, mailbox, this::publish);
        this.handle = new JobHandle(this, request, context);
    }

    /** QEMU has accepted the command that starts it, or lists it. */
    void started() {
        mailbox.execute(() -> {
            beginning.exists();
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
        if (beginning.answered() && !ending) {
            check();
        }
    }

    /** There is no such job of ours, and what was heard was about another. */
    void refused(String why) {
        mailbox.execute(() -> testimony.told(Result.FAILED, Optional.of(why)));
        lost(why);
    }

    /** Takes it over; false if its end has been judged already, so that nothing of it will be dismissed here. */
    CompletableFuture<Boolean> own() {
        owned = true;
        return CompletableFuture.supplyAsync(() -> !judged, mailbox);
    }

    void statusChanged(String status) {
        mailbox.execute(() -> {
            // Before it is created, an event of this id is about somebody else's job.
            if (status.equals("created")) {
                beginning.created();
                testimony.forget();
            }
            if (beginning.isOurs() && !ending) {
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
        errors.confirm();
        if (JobStatus.of(status) == JobStatus.CONCLUDED) {
            concluded();
        } else {
            publish();
        }
        // Whoever hears of READY sees it in the info too.
        if (state.isReady()) {
            ready.complete(this);
        }
    }

    private void concluded() {
        if (beginning.mayEnd()) {
            end(Conclusion.read(context, id, owned));
        }
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}: all there is if somebody else dismisses the job. */
    void endTold(Result result, Optional<String> error, long offset, long len) {
        mailbox.execute(() -> {
            if (beginning.isOurs()) {
                testimony.told(result, error);
                state.meter().end(offset, len);
            }
        });
    }

    void ioError(boolean stops) {
        errors.heard(stops);
    }

    void progressSeen(JsonNode entry) {
        long now = System.nanoTime();
        mailbox.execute(() -> {
            if (beginning.isOurs() && !ending) {
                state.meter().speed(entry.path("speed").asLong());
                state.meter()
                        .see(entry.path("offset").asLong(), entry.path("len").asLong(), now);
                publish();
            }
        });
    }

    void eventsMissed() {
        mailbox.execute(beginning::eventsMissed);
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
        } else if (beginning.isOurs()) {
            take(entry.get().path("status").asText());
        } else if (beginning.cannotBeTold()) {
            endUnread("QEMU has a job of this id, but it was not heard whether it is the one that was to start");
        }
    }

    /** QEMU has no such job, and it was not we who dismissed it. */
    private void gone() {
        if (!beginning.mayEnd()) {
            return;
        }
        if (testimony.isGiven()) {
            end(Conclusion.readGraph(context));
        } else if (beginning.neverBegan()) {
            testimony.told(
                    Result.FAILED, Optional.of("QEMU did not start the job; its answer came too late to be heard"));
            end(Conclusion.readGraph(context));
        } else {
            endUnread("QEMU has no such job any more, and nothing was heard of how it ended");
        }
    }

    /** The connection is gone, or we leave: what was heard until now is all there will be. */
    void lost(String why) {
        mailbox.execute(() -> endUnread(why));
    }

    private void endUnread(String why) {
        end(CompletableFuture.completedFuture(Conclusion.none(why)));
    }

    private void end(CompletableFuture<Conclusion> reading) {
        ending = true;
        reading.thenAcceptAsync(this::conclude, mailbox);
    }

    private void conclude(Conclusion conclusion) {
        if (judged) {
            return;
        }
        if (owned && conclusion.fate() == Fate.KEPT) {
            // Somebody has taken it over while its result was read.
            end(conclusion.dismissed(context, id));
            return;
        }
        judged = true;
        Evidence evidence = testimony.with(id, conclusion, state.info().progress());
        JobOutcome whole = judge.verdict(evidence, conclusion.fate() != Fate.LEFT);
        afterwards.apply(whole).thenAcceptAsync(this::tell, mailbox);
    }

    private void tell(JobOutcome whole) {
        state.ended(whole.error());
        publish();
        // Whoever is told of the end may start the next job on this disk at once.
        onEnd.accept(this);
        ready.completeExceptionally(new JobEndedException(whole));
        outcome.complete(whole);
        updates.end();
    }

    private void publish() {
        errors.count();
        info = state.info();
        updates.tell(info);
    }

    void ask(Asked verb) {
        mailbox.execute(() -> testimony.asked(verb));
    }

    void change(Consumer<? super JobState> change) {
        mailbox.execute(() -> {
            change.accept(state);
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

    JobHandle handle() {
        return handle;
    }

    JobId id() {
        return id;
    }

    JobInfo info() {
        return info;
    }

    /** Completes in the mailbox, as {@link #outcome()} does: whoever hangs on them must be quick. */
    CompletableFuture<TrackedJob> ready() {
        return ready;
    }

    CompletableFuture<JobOutcome> outcome() {
        return outcome;
    }

    EventSubscription onUpdate(Consumer<? super JobInfo> listener) {
        EventSubscription subscription = updates.add(listener);
        mailbox.execute(() -> updates.catchUp(info, outcome.isDone()));
        context.onListener().run();
        return subscription;
    }
}
