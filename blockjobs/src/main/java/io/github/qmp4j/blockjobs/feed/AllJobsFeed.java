package io.github.qmp4j.blockjobs.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.async.Mailbox;
import io.github.qmp4j.blockjobs.async.Pause;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobListeners;
import io.github.qmp4j.blockjobs.job.ProgressMeter;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reports every job of one QEMU: our own from their handles, those of other clients from QEMU's events. */
public final class AllJobsFeed {
    private final JobContext context;
    private final Function<String, Optional<TrackedJob>> ours;
    private final Mailbox mailbox;
    private final JobListeners updates;

    /** By job-id; belongs to the mailbox. */
    private final Map<String, ForeignJob> strangers = new LinkedHashMap<>();

    /** Belong to the mailbox. */
    private final List<Ask> asks = new ArrayList<>();

    /** @param ours finds the handle of a job, where there is one */
    public AllJobsFeed(JobContext context, Function<String, Optional<TrackedJob>> ours) {
        this.context = context;
        this.ours = ours;
        this.mailbox = new Mailbox(context.work());
        this.updates = new JobListeners(context.users());
    }

    public EventSubscription add(Consumer<? super JobInfo> listener) {
        JobListeners.Listener added = updates.add(listener);
        mailbox.execute(() -> ask((asked, jobs) -> begin(added, asked, jobs)));
        return added;
    }

    /** A question for QEMU's list that is under way: by its answer a listener may have come or gone. */
    private static final class Ask {
        /** Who was known when it was asked. */
        final Set<String> known;
        /** Whose end was heard since; belongs to the mailbox. */
        final Set<String> gone = new HashSet<>();

        Ask(Set<String> known) {
            this.known = Set.copyOf(known);
        }
    }

    /** In the mailbox. */
    private void ask(BiConsumer<Ask, JsonNode> then) {
        Ask ask = new Ask(strangers.keySet());
        asks.add(ask);
        context.afterEvents(context.client().execute(QmpCommand.of("query-jobs")))
                .whenCompleteAsync(
                        (jobs, failure) -> {
                            asks.remove(ask);
                            if (failure == null) {
                                then.accept(ask, jobs);
                            }
                        },
                        mailbox);
    }

    private void begin(JobListeners.Listener added, Ask ask, JsonNode jobs) {
        // Of the others all listeners hear now, this one too.
        see(ask, jobs);
        // What the handles have told by now is not told again.
        mailbox.execute(() -> {
            for (JsonNode job : jobs) {
                String id = job.path("id").asText();
                ours.apply(id)
                        .map(TrackedJob::info)
                        .or(() -> Optional.ofNullable(strangers.get(id)).map(ForeignJob::info))
                        .ifPresent(added::tellFirst);
            }
            added.begun();
        });
    }

    /** Events were dropped, so QEMU is asked what there is. */
    void eventsMissed() {
        if (updates.heard()) {
            mailbox.execute(() -> {
                strangers.values().forEach(ForeignJob::eventsMissed);
                ask(this::see);
            });
        }
    }

    private void see(Ask ask, JsonNode jobs) {
        Set<String> present =
                Replies.stream(jobs).map(job -> job.path("id").asText()).collect(Collectors.toSet());
        for (String id : ask.known) {
            if (!present.contains(id)) {
                vanished(id);
            }
        }
        jobs.forEach(job -> {
            String id = job.path("id").asText();
            // An end that was heard is newer than the answer, unless the next job of this id has come.
            boolean isOver = ask.gone.contains(id) && !strangers.containsKey(id);
            if (ours.apply(id).isEmpty() && !isOver) {
                ForeignJob foreign = strangers.computeIfAbsent(id, this::unknown);
                foreign.introduced(Optional.of(job));
                tell(id, foreign);
            }
        });
    }

    private ForeignJob unknown(String id) {
        return new ForeignJob(new JobId(id), new ProgressMeter(context.options().convergenceWindow()));
    }

    /** A handle tells of its job. */
    public void told(JobInfo info) {
        if (updates.heard()) {
            mailbox.execute(() -> {
                strangers.remove(info.id().value());
                if (info.status() == JobStatus.CONCLUDED) {
                    over(info.id().value());
                }
                updates.tell(info);
            });
        }
    }

    /** An event of a job that has no handle. There can be tens of thousands of errors a second, so most are passed over. */
    void heard(String id, QmpEvent event) {
        boolean isNoise = event.name().equals("BLOCK_JOB_ERROR")
                && !event.data().path("action").asText().equals("stop");
        if (updates.heard() && !isNoise) {
            mailbox.execute(() -> take(id, event.name(), event.data()));
        }
    }

    private void take(String id, String event, JsonNode data) {
        if (data.path("status").asText().equals("null")) {
            vanished(id);
            return;
        }
        ForeignJob foreign = strangers.get(id);
        if (foreign == null) {
            foreign = unknown(id);
            strangers.put(id, foreign);
            introduce(id, foreign);
        }
        switch (event) {
            case "JOB_STATUS_CHANGE" -> foreign.status(data.path("status").asText());
            case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED" ->
                foreign.ended(data, event.equals("BLOCK_JOB_CANCELLED"));
            case "BLOCK_JOB_ERROR" -> foreign.stopped(data.path("operation").asText());
            default -> {
                // BLOCK_JOB_READY says what the status says.
            }
        }
        tell(id, foreign);
    }

    private void introduce(String id, ForeignJob foreign) {
        context.queryJob(new JobId(id))
                .thenAcceptAsync(
                        entry -> {
                            foreign.introduced(entry);
                            tell(id, foreign);
                        },
                        mailbox);
    }

    private void askForIoStatus(String id, ForeignJob foreign) {
        context.queryBlockJob(new JobId(id))
                .thenAcceptAsync(
                        entry -> {
                            foreign.ioStatus(
                                    entry.map(job -> job.path("io-status").asText("ok"))
                                            .orElse("ok"));
                            tellNews(id, foreign);
                        },
                        mailbox);
    }

    /** The event was the first look, and this is the second. */
    private void askWhetherPauseLasts(String id, ForeignJob foreign) {
        int before = foreign.changes();
        Pause.before(() -> context.queryJob(new JobId(id)))
                .handle((entry, failure) -> failure == null ? entry : Optional.<JsonNode>empty())
                .thenAcceptAsync(
                        entry -> {
                            foreign.answered(entry, before);
                            if (foreign.changes() != before) {
                                tell(id, foreign);
                            }
                            tellNews(id, foreign);
                        },
                        mailbox);
    }

    private void over(String id) {
        asks.forEach(ask -> ask.gone.add(id));
    }

    private void vanished(String id) {
        over(id);
        ForeignJob gone = strangers.remove(id);
        if (gone != null) {
            gone.vanished();
            gone.news().ifPresent(updates::tell);
        }
    }

    private void tell(String id, ForeignJob foreign) {
        if (foreign.mayBeStopped()) {
            askForIoStatus(id, foreign);
        }
        if (foreign.begsQuestion()) {
            askWhetherPauseLasts(id, foreign);
        }
        tellNews(id, foreign);
    }

    private void tellNews(String id, ForeignJob foreign) {
        if (strangers.get(id) == foreign) {
            foreign.news().ifPresent(updates::tell);
        }
    }

    /** There will be no more to tell. */
    public void end() {
        mailbox.execute(updates::end);
    }
}
