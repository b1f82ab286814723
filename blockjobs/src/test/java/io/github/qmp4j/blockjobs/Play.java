package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.failed;
import static io.github.qmp4j.blockjobs.ScriptedVm.refusal;
import static io.github.qmp4j.blockjobs.ScriptedVm.status;
import static io.github.qmp4j.blockjobs.ScriptedVm.told;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets the acts of a story happen in a given order on a scripted QEMU. What QEMU says and what it answers are in the
 * order of its states: an answer is on the wire before anything that happens after it.
 */
final class Play {
    private static final Map<String, String> VERBS = Map.of(
            "complete", "job-complete", "finish", "block-job-cancel", "cancel", "job-cancel", "resume", "job-resume");
    private static final List<String> QUERIES =
            List.of("query-jobs", "query-block-jobs", "query-block", "query-named-block-nodes");

    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final ScriptedVm vm;
    private final Story story;

    /** Guarded by this, as is all that is said on the wire: commands that wait for their act, by name. */
    private final Map<String, CompletableFuture<ReceivedCommand>> arrived = new HashMap<>();

    private final List<ReceivedCommand> heldQueries = new ArrayList<>();
    private final List<ReceivedCommand> heldDismissals = new ArrayList<>();
    private final List<ReceivedCommand> heldVerbs = new ArrayList<>();
    private boolean holdsQueries;
    private boolean verbsAreTooLate;
    private boolean exists;

    /** What the user has of it: the handle, what it was told of the job, and what its verbs gave. */
    private CompletableFuture<BlockJob> start = new CompletableFuture<>();

    private final List<JobStatus> updates = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<?>> asked = new ArrayList<>();
    private CompletableFuture<Void> lastUpdate = new CompletableFuture<>();

    Play(ScriptedVm vm, Story story) {
        this.vm = vm;
        this.story = story;
        vm.chain("active", "mid", "base");
        vm.noJob();
        vm.forgetCopies();
        vm.ioStatus("ok");
        QUERIES.forEach(query -> vm.on(query, this::query));
        VERBS.values().forEach(verb -> vm.on(verb, this::verb));
        vm.on("job-dismiss", this::keepDismissal);
        vm.on(story.kind().command, this::keep);
    }

    /** Starts the job, and lets all this happen. */
    BlockJob play(List<Act> order) {
        start = vm.jobs.start(story.kind().request());
        taken(story.kind().command);
        order.forEach(this::happen);
        return TestVm.get(start);
    }

    /** The same, but the monitor is lost after so many acts. */
    BlockJob playUntilLost(List<Act> order, int acts) {
        start = vm.jobs.start(story.kind().request());
        taken(story.kind().command);
        order.subList(0, acts).forEach(this::happen);
        vm.qemu.disconnect();
        return TestVm.get(start);
    }

    /** All that a listener was told, when it will be told nothing more. */
    List<JobStatus> updates() {
        TestVm.get(lastUpdate);
        return updates;
    }

    /** What the verbs gave. */
    List<?> verbs() {
        return asked.stream().map(TestVm::get).toList();
    }

    private void happen(Act act) {
        switch (act.what()) {
            case "reply" -> {
                answer(story.kind().command, Outgoing.reply());
                listen(TestVm.get(start));
            }
            case "see" ->
                await().pollInterval(SHORT).until(() -> TestVm.get(start).info().status() == JobStatus.PAUSED_ON_ERROR);
            case "resume" -> {
                asked.add(TestVm.get(start).resume());
                taken("job-resume");
                vm.ioStatus("ok");
            }
            case "complete", "finish", "cancel" -> taken(verb(act.what()));
            case "complete-reply", "finish-reply", "cancel-reply", "resume-reply" ->
                answer(verb(act.what().replace("-reply", "")), Outgoing.reply());
            case "result" -> tellResult();
            case "dismiss" -> dismiss();
            case "too-late" -> refuseVerbs();
            default -> say(act);
        }
    }

    private static String verb(String word) {
        return Objects.requireNonNull(VERBS.get(word), word);
    }

    private synchronized void say(Act act) {
        switch (act.what()) {
            case "switched" -> vm.chain(story.kind().after());
            case "READY" -> vm.qemu.send(told("BLOCK_JOB_READY", ""));
            case "COMPLETED" -> vm.qemu.send(completed());
            case "FAILED" -> vm.qemu.send(failed("Input/output error"));
            case "CANCELLED" -> vm.qemu.send(told("BLOCK_JOB_CANCELLED", ""));
            case "ERROR" -> vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"read\",\"action\":\"report\""));
            case "STOP" -> {
                vm.ioStatus("failed");
                vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"read\",\"action\":\"stop\""));
            }
            case "concluded" -> conclude("");
            case "concluded-failed" -> conclude("Input/output error");
            case "concluded-cancelled" -> conclude("Operation canceled");
            case "foreign-dismiss" -> vanish();
            default -> {
                exists = true;
                vm.job(story.kind().type, act.what());
                vm.qemu.send(status(act.what()));
            }
        }
    }

    private void conclude(String error) {
        holdsQueries = true;
        if (error.isEmpty()) {
            vm.job(story.kind().type, "concluded");
        } else {
            vm.job(story.kind().type, "concluded", error);
        }
        vm.qemu.send(status("concluded"));
    }

    private void vanish() {
        exists = false;
        vm.noJob();
        vm.qemu.send(status("null"));
        heldDismissals.forEach(this::refuseDismissal);
        heldDismissals.clear();
    }

    private void refuseDismissal(ReceivedCommand command) {
        vm.qemu.answer(command, refusal("Job not found"));
    }

    /** The user subscribes, and asks for what the story says. */
    private void listen(BlockJob job) {
        lastUpdate = job.onUpdate(info -> updates.add(info.status())).ended();
        switch (story.verb()) {
            case "complete" -> asked.add(job.pivot());
            case "finish" -> asked.add(job.finishWithoutPivot());
            case "cancel" -> asked.add(job.cancel());
            default -> {}
        }
    }

    // ---- commands: kept for their act, or answered by the state of the moment ----

    private synchronized List<Outgoing> keep(ReceivedCommand command) {
        arrived.computeIfAbsent(command.name(), name -> new CompletableFuture<>())
                .complete(command);
        return List.of();
    }

    private synchronized List<Outgoing> keepDismissal(ReceivedCommand command) {
        if (exists) {
            heldDismissals.add(command);
            notifyAll();
        } else {
            refuseDismissal(command);
        }
        return List.of();
    }

    private synchronized List<Outgoing> verb(ReceivedCommand command) {
        if (!story.tooLate()) {
            return keep(command);
        }
        heldVerbs.add(command);
        if (verbsAreTooLate) {
            refuseVerbs();
        }
        return List.of();
    }

    private synchronized void refuseVerbs() {
        verbsAreTooLate = true;
        heldVerbs.forEach(command -> vm.qemu.answer(
                command,
                refusal(
                        exists
                                ? "Job 'j' in state 'concluded' cannot accept command verb '" + command.name() + "'"
                                : "Job not found")));
        heldVerbs.clear();
    }

    private synchronized List<Outgoing> query(ReceivedCommand command) {
        if (holdsQueries && command.name().equals("query-jobs")) {
            heldQueries.add(command);
            notifyAll();
        } else {
            vm.usualAnswer(command).forEach(message -> vm.qemu.answer(command, message));
        }
        return List.of();
    }

    private synchronized void tellResult() {
        awaitOne(heldQueries, "query-jobs");
        holdsQueries = false;
        heldQueries.forEach(this::query);
        heldQueries.clear();
    }

    private synchronized void dismiss() {
        awaitOne(heldDismissals, "job-dismiss");
        ReceivedCommand command = heldDismissals.remove(0);
        vanish();
        vm.qemu.answer(command, Outgoing.reply());
    }

    private void awaitOne(List<ReceivedCommand> held, String name) {
        long end = System.nanoTime() + LIMIT.toNanos();
        try {
            while (held.isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.timedWait(this, 100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (held.isEmpty()) {
            throw new AssertionError("nobody sent " + name);
        }
    }

    private void answer(String name, Outgoing message) {
        ReceivedCommand command = taken(name);
        synchronized (this) {
            vm.qemu.answer(command, message);
        }
    }

    private ReceivedCommand taken(String name) {
        CompletableFuture<ReceivedCommand> coming;
        synchronized (this) {
            coming = arrived.computeIfAbsent(name, any -> new CompletableFuture<>());
        }
        try {
            return coming.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nobody sent " + name + "; the start: " + start, e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
