package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.async.CoalescingQuery;
import io.github.qmp4j.blockjobs.async.Mailbox;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import io.github.qmp4j.blockjobs.end.EndSignals;
import io.github.qmp4j.blockjobs.end.SentVerbs;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobPhase.Action;
import io.github.qmp4j.blockjobs.job.JobPhase.Signal;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.event.EventSubscription;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All that is known of one job. Whatever happens to it comes through its mailbox, so that no field is touched by two
 * threads where its comment does not say so.
 */
public final class TrackedJob {
    private final JobId id;
    private final JobContext context;
    private final Consumer<TrackedJob> onEnd;
    private final Mailbox mailbox;
    private final JobPublisher news;
    private final JobState state;
    private final JobHandle handle;
    private final ErrorWatch errors;
    private final CoalescingQuery status;
    private final StallWatch stalls;
    private final PauseWatch pauses;
    private final EndSignals signals = new EndSignals();
    private final JobLife life = new JobLife();
    private final JobEnding ending;
    private final JobLog log;
    private final AtomicInteger heard = new AtomicInteger();
    /** Set before the job is registered. */
    private Supplier<CompletableFuture<Void>> beforeChange = () -> CompletableFuture.completedFuture(null);

    public TrackedJob(
            JobId id,
            JobType type,
            Optional<BlockJobRequest> request,
            JobContext context,
            OutcomeRule rule,
            boolean owned,
            Consumer<TrackedJob> onEnd) {
        this.id = id;
        this.context = context;
        this.onEnd = onEnd;
        this.mailbox = new Mailbox(context.work());
        JobSettings settings = request.map(BlockJobRequest::settings).orElse(JobSettings.defaults());
        this.state = new JobState(id, type, new ProgressMeter(context.options().convergenceWindow()));
        state.meter().speed(settings.speed());
        this.news = new JobPublisher(state.info(), mailbox, context.users());
        this.errors = new ErrorWatch(id, state, context, mailbox, this::publish);
        this.status = new CoalescingQuery(context.work(), () -> {
            int before = heard.get();
            return context.queryJob(id).thenAcceptAsync(entry -> checked(entry, before), mailbox);
        });
        this.stalls = new StallWatch(state, settings, context.options(), signals.verbs(), mailbox, this::publish);
        this.pauses = new PauseWatch(state, context.onListener());
        this.ending = new JobEnding(
                id, context, rule, mailbox, life, signals, () -> state.info().progress(), this::tell);
        if (owned) {
            ending.owned();
        }
        this.handle = new JobHandle(this, request, context, rule);
        this.log = new JobLog(id, type, request);
    }

    /** A pivot, or the end in PENDING, waits for it and fails with it. To be called before the job is registered. */
    public void beforeChange(Supplier<CompletableFuture<Void>> preparation) {
        beforeChange = preparation;
    }

    CompletableFuture<Void> beforeChange() {
        return beforeChange.get();
    }

    public JobEnding ending() {
        return ending;
    }

    /** QEMU has accepted the command that starts it, or lists it. */
    public void started() {
        mailbox.execute(() -> {
            if (!life.isKnown()) {
                log.started();
            }
            stalls.begin(System.nanoTime());
            if (life.on(Signal.REPLY) == Action.ASK) {
                check();
            }
        });
    }

    /** QEMU had the job before this handle, which missed the events until now. */
    public void met() {
        mailbox.execute(() -> life.on(Signal.FOUND));
        log.found();
        errors.missed();
    }

    /** No reply has come, so the job may exist or not; its events will tell, or its absence. */
    public void startInDoubt() {
        mailbox.execute(() -> {
            stalls.begin(System.nanoTime());
            if (life.on(Signal.NO_REPLY) == Action.ASK) {
                check();
            }
        });
    }

    /** There is no such job of ours, and what was heard was about another. */
    public void refused(String why) {
        mailbox.execute(() -> {
            signals.told(Result.FAILED, Optional.of(why));
            ending.unread(why);
        });
    }

    /** Takes it over; false if its outcome has been decided already, so that nothing of it will be dismissed here. */
    public CompletableFuture<Boolean> own() {
        ending.owned();
        return CompletableFuture.supplyAsync(() -> !life.isDecided(), mailbox);
    }

    public void statusChanged(String status) {
        mailbox.execute(() -> {
            if (status.equals("created") && life.on(Signal.CREATION) == Action.FORGET) {
                signals.forget();
            }
            if (life.isHeard() && !life.isOver()) {
                heard.incrementAndGet();
                take(status);
            }
        });
    }

    private void take(String status) {
        if (status.equals("null")) {
            ending.gone();
            return;
        }
        state.status(JobStatus.of(status));
        pauses.changed();
        errors.confirm();
        if (JobStatus.of(status) == JobStatus.CONCLUDED) {
            ending.concluded();
        } else {
            publish();
        }
        news.reached(JobStatus.of(status), state.isReady());
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}: all there is if another client dismisses the job. */
    public void endTold(Result result, Optional<String> error, long offset, long len) {
        mailbox.execute(() -> {
            if (life.isHeard()) {
                signals.told(result, error);
                state.meter().end(offset, len);
            }
        });
    }

    public ErrorWatch errors() {
        return errors;
    }

    public void progressSeen(JsonNode entry) {
        long now = System.nanoTime();
        mailbox.execute(() -> {
            if (life.isOurs() && !life.isOver()) {
                state.meter().speed(entry.path("speed").asLong());
                state.meter()
                        .see(entry.path("offset").asLong(), entry.path("len").asLong(), now);
                errors.seen(entry.path("io-status").asText("ok"));
                stalls.progressSeen(now);
                pauses.seen(JobStatus.of(entry.path("status").asText()), heard.get());
                publish();
            }
        });
    }

    public void eventsMissed() {
        mailbox.execute(life::eventsMissed);
        check();
    }

    /** Asks QEMU where the job stands, so that nothing rests on events alone. */
    public void check() {
        status.ask();
    }

    private void checked(Optional<JsonNode> entry, int before) {
        if (life.isOver()) {
            return;
        }
        if (entry.isEmpty()) {
            ending.gone();
        } else if (life.isFound()) {
            String answer = entry.get().path("status").asText();
            // The events since it was asked may be newer than the answer.
            if (heard.get() == before || JobStatus.of(answer) == JobStatus.CONCLUDED) {
                take(answer);
            }
        } else if (life.cannotBeTold()) {
            ending.unread("QEMU has a job of this id, but it was not heard whether it is the one that was to start");
        }
    }

    void lost(String why) {
        mailbox.execute(() -> ending.unread(why + handle.unwatched()));
    }

    private void tell(JobOutcome whole) {
        stalls.over();
        if (life.isOurs()) {
            log.ended(whole);
        }
        state.ended(whole.error());
        publish();
        // A user who hears of the end may start the next job on this disk at once.
        onEnd.accept(this);
        news.ended(whole);
    }

    private void publish() {
        if (news.outcome().isDone()) {
            return;
        }
        state.ioErrors(errors.count());
        stalls.look(System.nanoTime());
        news.changed(state.info());
        if (life.isOurs()) {
            context.onChange().accept(news.info());
        }
    }

    public SentVerbs verbs() {
        return signals.verbs();
    }

    /** Completes when {@link #info()} shows it. */
    CompletableFuture<Void> change(Consumer<? super JobState> change) {
        return CompletableFuture.runAsync(() -> change.accept(state), mailbox).thenRunAsync(this::publish, mailbox);
    }

    boolean isEnding() {
        return life.isOver();
    }

    public boolean isWatched() {
        return news.isHeard() || stalls.needsProgress() || pauses.isDue();
    }

    public JobHandle handle() {
        return handle;
    }

    public JobId id() {
        return id;
    }

    public JobInfo info() {
        return errors.counted(news.info());
    }

    /** Completes in the mailbox, as {@link #outcome()} does: code that hangs on them must be quick. */
    public CompletableFuture<Void> ready() {
        return news.ready();
    }

    /** Completes in the mailbox too, when the job waits to be finalized, or passes by there. */
    CompletableFuture<Void> pending() {
        return news.pending();
    }

    CompletableFuture<JobOutcome> outcome() {
        return news.outcome();
    }

    EventSubscription onUpdate(Consumer<? super JobInfo> listener) {
        EventSubscription subscription = news.onUpdate(listener);
        context.onListener().run();
        return subscription;
    }
}
