package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells of every job of one QEMU: of ours what their handles tell, of the others what their events do. */
final class JobFeed {
    private final JobContext context;
    private final Function<String, Optional<TrackedJob>> ours;
    private final Mailbox mailbox;
    private final JobUpdates updates;

    /** By job-id; belongs to the mailbox. */
    private final Map<String, Stranger> strangers = new LinkedHashMap<>();

    /** @param ours finds the handle of a job, where there is one */
    JobFeed(JobContext context, Function<String, Optional<TrackedJob>> ours) {
        this.context = context;
        this.ours = ours;
        this.mailbox = new Mailbox(context.callbacks());
        this.updates = new JobUpdates(context.callbacks());
    }

    EventSubscription add(Consumer<? super JobInfo> listener) {
        JobUpdates.Listener added = updates.add(listener);
        mailbox.execute(() -> ask((known, jobs) -> begin(added, known, jobs)));
        return added;
    }

    /** In the mailbox: gives QEMU's list, and who was known when it was asked for; whoever came since may be newer than it. */
    private void ask(BiConsumer<Set<String>, JsonNode> then) {
        Set<String> known = Set.copyOf(strangers.keySet());
        context.afterEvents(context.client().execute(QmpCommand.of("query-jobs")))
                .thenAcceptAsync(jobs -> then.accept(known, jobs), mailbox);
    }

    private void begin(JobUpdates.Listener added, Set<String> asked, JsonNode jobs) {
        // Of the others all listeners hear now, this one too.
        Set<String> known = Set.copyOf(strangers.keySet());
        see(asked, jobs);
        for (JsonNode job : jobs) {
            String id = job.path("id").asText();
            ours.apply(id).ifPresent(handle -> added.tell(handle.info()));
            Optional.ofNullable(strangers.get(id))
                    .filter(stranger -> known.contains(id))
                    .ifPresent(stranger -> added.tell(stranger.info()));
        }
    }

    /** Events were dropped, so QEMU is asked what there is. */
    void eventsMissed() {
        if (updates.heard()) {
            mailbox.execute(() -> {
                strangers.values().forEach(Stranger::eventsMissed);
                ask(this::see);
            });
        }
    }

    private void see(Set<String> known, JsonNode jobs) {
        Set<String> present =
                GraphReader.stream(jobs).map(job -> job.path("id").asText()).collect(Collectors.toSet());
        for (String id : known) {
            if (!present.contains(id)) {
                vanished(id);
            }
        }
        jobs.forEach(job -> {
            String id = job.path("id").asText();
            if (ours.apply(id).isEmpty()) {
                Stranger stranger = strangers.computeIfAbsent(id, this::unknown);
                stranger.introduced(Optional.of(job));
                tell(id, stranger);
            }
        });
    }

    private Stranger unknown(String id) {
        return new Stranger(new JobId(id), new ProgressMeter(context.options().convergenceWindow()));
    }

    /** A handle tells of its job. */
    void told(JobInfo info) {
        if (updates.heard()) {
            mailbox.execute(() -> {
                strangers.remove(info.id().value());
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
        Stranger stranger = strangers.get(id);
        if (stranger == null) {
            stranger = unknown(id);
            strangers.put(id, stranger);
            introduce(id, stranger);
        }
        switch (event) {
            case "JOB_STATUS_CHANGE" -> stranger.status(data.path("status").asText());
            case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED" ->
                stranger.ended(data, event.equals("BLOCK_JOB_CANCELLED"));
            case "BLOCK_JOB_ERROR" -> stranger.stopped(data.path("operation").asText());
            default -> {
                // BLOCK_JOB_READY says what the status says.
            }
        }
        tell(id, stranger);
    }

    private void introduce(String id, Stranger stranger) {
        context.queryJob(new JobId(id))
                .thenAcceptAsync(
                        entry -> {
                            stranger.introduced(entry);
                            tell(id, stranger);
                        },
                        mailbox);
    }

    private void askForIoStatus(String id, Stranger stranger) {
        context.queryBlockJob(new JobId(id))
                .thenAcceptAsync(
                        entry -> {
                            stranger.ioStatus(
                                    entry.map(job -> job.path("io-status").asText("ok"))
                                            .orElse("ok"));
                            tellNews(id, stranger);
                        },
                        mailbox);
    }

    private void vanished(String id) {
        Stranger gone = strangers.remove(id);
        if (gone != null) {
            gone.vanished();
            gone.news().ifPresent(updates::tell);
        }
    }

    private void tell(String id, Stranger stranger) {
        if (stranger.mayBeStopped()) {
            askForIoStatus(id, stranger);
        }
        tellNews(id, stranger);
    }

    private void tellNews(String id, Stranger stranger) {
        if (strangers.get(id) == stranger) {
            stranger.news().ifPresent(updates::tell);
        }
    }

    /** There will be no more to tell. */
    void end() {
        mailbox.execute(updates::end);
    }
}
