package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.TempFolder;
import io.github.qmp4j.testkit.TestkitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One job, one moment of it, and one act of another client at that moment; then the claims of the outcome are held against QEMU. */
final class HostileRound {
    private static final String ACTED = "the act is over";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What is asked for. */
    enum Work {
        PULL,
        PULL_ALL,
        COMMIT,
        COMMIT_AND_PIVOT,
        COMMIT_AND_FINISH,
        COPY_AND_PIVOT,
        COPY_BY_BLOCKDEV_AND_PIVOT,
        COPY_AND_FINISH;

        boolean becomesReady() {
            return ends("PIVOT") || ends("FINISH");
        }

        boolean ends(String word) {
            return name().endsWith(word);
        }

        BlockJobRequest request(TestVm vm, JobSettings settings) {
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                    .withSettings(settings);
            return switch (this) {
                case PULL -> PullRequest.of("disk0").withBase("base").withSettings(settings);
                case PULL_ALL -> PullRequest.of("disk0").withSettings(settings);
                case COMMIT ->
                    CommitRequest.of("disk0").withTop("snap2").withBase("base").withSettings(settings);
                case COMMIT_AND_PIVOT, COMMIT_AND_FINISH ->
                    CommitRequest.of("disk0").withSettings(settings);
                case COPY_AND_PIVOT, COPY_AND_FINISH -> copy;
                case COPY_BY_BLOCKDEV_AND_PIVOT -> copy.withEngine(CopyEngine.BLOCKDEV_MIRROR);
            };
        }
    }

    /** When the act comes: at a record of the job's store, which waits for it, or while the job runs. */
    enum Moment {
        BEFORE,
        INTENT,
        RUNNING,
        READY,
        ENDING,
        WITH_THE_VERB,
        CONCLUDED,
        DISMISSED
    }

    /** Holds one record back until the act is done. */
    private static final class Gate extends PassingStore {
        private final @Nullable String step;
        private final CompletableFuture<JobRecord> reached = new CompletableFuture<>();
        private final CompletableFuture<Void> open = new CompletableFuture<>();

        Gate(JobStore store, Moment moment) {
            super(store);
            step = switch (moment) {
                case INTENT, READY, ENDING, CONCLUDED, DISMISSED -> moment.name();
                case WITH_THE_VERB -> "ENDING";
                case BEFORE, RUNNING -> null;
            };
        }

        @Override
        public CompletableFuture<Void> record(JobRecord record) {
            if (!record.step().name().equals(step)) {
                return super.record(record);
            }
            reached.complete(record);
            return open.thenCompose(go -> super.record(record));
        }
    }

    private final Work work;
    private final Moment moment;
    private final HostileAct act;
    private final List<String> log = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private @Nullable BlockJob started;
    private boolean isKilledByTheAct;

    HostileRound(Work work, Moment moment, HostileAct act) {
        this.work = work;
        this.moment = moment;
        this.act = act;
    }

    /** What is wrong; nothing where all is right. */
    List<String> play() {
        try (TempFolder folder = TempFolder.create("hostile");
                TestVm vm = TestVm.start(
                        nodes -> {
                            nodes.onNamedFile("base", null);
                            nodes.onNamedFile("snap1", "base");
                            nodes.onNamedFile("snap2", "snap1");
                            nodes.onNamedFile("active", "snap2");
                            Path spare = nodes.images().create("spare.qcow2", "qcow2", TestVm.SIZE);
                            nodes.options.add(
                                    "{\"driver\":\"qcow2\",\"node-name\":\"spare\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                                            .formatted(spare));
                        },
                        builder -> builder.machine("pc").allowDeprecated());
                Gate gate = new Gate(JobStore.file(folder.resolve("jobs")), moment);
                BlockJobs jobs = BlockJobs.of(
                        vm.client,
                        BlockJobOptions.defaults()
                                .withStore(gate)
                                .withConvergenceWindow(Duration.ofSeconds(5))
                                .withFiles(FileAccess.local()))) {
            try {
                play(vm, jobs, gate);
            } catch (RuntimeException | IOException | AssertionError e) {
                if (!vm.qemu.awaitEnd(Duration.ofSeconds(2))) {
                    wrong.add("the round broke: " + e);
                }
            } finally {
                gate.open.complete(null);
                if (!vm.qemu.process().isAlive() && !log.contains("QEMU has ended as it was asked to")) {
                    dead(vm);
                }
                HostileAct.undo(vm, List.of());
            }
        }
        return wrong;
    }

    /** An act of which QEMU dies by itself, whether this library is there or not, is no fault of the outcome; its words can be one. */
    private void dead(TestVm vm) {
        String why = "QEMU is dead: " + vm.qemu.stderr().strip();
        boolean isOfTheAct = !log.contains(ACTED) || act.isDeadlyLater(why);
        if (!isOfTheAct) {
            wrong.add(why);
        } else {
            isKilledByTheAct = true;
            log.add(why);
        }
        if (started != null) {
            String end = shortly(started.outcome());
            log.add(end);
            if (!started.outcome().isDone()) {
                wrong.add("HANG: no outcome after the end of QEMU");
            } else if (started.outcome().join().completed() && isOfTheAct) {
                wrong.add("FALSE: completed, and QEMU died while the job was there");
            }
        }
    }

    /** Whether QEMU died of the act, before it was over or later. */
    boolean isKilledByTheAct() {
        return isKilledByTheAct;
    }

    private void act(HostileAct.Target target) throws IOException {
        act.deed().on(target);
        log.add(ACTED);
    }

    private void play(TestVm vm, BlockJobs jobs, Gate gate) throws IOException {
        JobKey key = JobKey.of("hostile/" + work);
        HostileAct.Target target = new HostileAct.Target(vm, key.jobId().value(), log);
        JobSettings settings = moment == Moment.RUNNING ? JobSettings.defaults().withSpeed(1) : JobSettings.defaults();
        if (moment == Moment.BEFORE) {
            act(target);
        }
        CompletableFuture<BlockJob> start = jobs.adoptOrStart(key, work.request(vm, settings));
        if (moment == Moment.INTENT) {
            held(gate, start);
            act(target);
            gate.open.complete(null);
        }
        BlockJob job = started(start);
        started = job;
        if (job == null) {
            whole(vm, List.of());
            return;
        }
        if (moment == Moment.RUNNING) {
            act(target);
            log.add("setSpeed: " + shortly(job.setSpeed(0)));
        }
        CompletableFuture<?> ended = job.outcome();
        if (work.becomesReady()) {
            if (moment == Moment.READY) {
                held(gate, job.outcome());
                act(target);
                gate.open.complete(null);
            }
            log.add("ready: " + shortly(job.ready()));
            ended = work.ends("PIVOT") ? job.pivot() : job.finishWithoutPivot();
        }
        if (moment == Moment.WITH_THE_VERB) {
            held(gate, job.outcome());
            gate.open.complete(null);
            act(target);
        } else if (moment == Moment.ENDING || moment == Moment.CONCLUDED || moment == Moment.DISMISSED) {
            held(gate, job.outcome());
            act(target);
            gate.open.complete(null);
        }
        JobOutcome outcome = outcome(vm, job, target, ended);
        if (outcome != null) {
            judge(vm, job, outcome);
        }
    }

    /** Waits until the record is held back, or the other is over, which does not let it come so far. */
    private void held(Gate gate, CompletableFuture<?> other) {
        log.add("held: " + shortly(CompletableFuture.anyOf(gate.reached.thenApply(JobRecord::step), other)));
    }

    private static String shortly(CompletableFuture<?> future) {
        try {
            return String.valueOf(future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return "nothing in time";
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable BlockJob started(CompletableFuture<BlockJob> start) {
        try {
            return start.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            log.add("start: " + refused.getCause());
            return null;
        } catch (InterruptedException | TimeoutException e) {
            wrong.add("HANG: the start does not end: " + e);
            return null;
        }
    }

    /** Where the act has paused the job it is resumed, and cancelled in the end. */
    private @Nullable JobOutcome outcome(
            TestVm vm, BlockJob job, HostileAct.Target target, CompletableFuture<?> ended) {
        List<Runnable> pushes = List.of(
                () -> {},
                () -> {
                    target.send("job-resume {\"id\":\"$id\"}");
                    target.send("block-job-set-speed {\"device\":\"$id\",\"speed\":0}");
                },
                () -> {
                    target.send("migrate_cancel");
                    target.awaitMigration();
                },
                () -> log.add("cancel: " + shortly(job.cancel())));
        for (Runnable push : pushes) {
            push.run();
            shortly(job.outcome());
            if (job.outcome().isDone()) {
                String verb = shortly(ended);
                if (!verb.startsWith("JobOutcome")) {
                    log.add("verb: " + verb);
                }
                log.add("outcome: " + brief(job.outcome().join()));
                return job.outcome().join();
            }
            log.add("no outcome yet: " + job.info().status() + " " + vm.ask("query-jobs"));
        }
        wrong.add("HANG: no outcome");
        return null;
    }

    private static String brief(JobOutcome outcome) {
        return "%s, head %s, released %s (files %s), invalidated %s, leftovers %s"
                .formatted(
                        outcome.end(),
                        outcome.head(),
                        outcome.released().stream().map(BlockNode::label).toList(),
                        outcome.filesChecked() ? "checked" : "not checked",
                        outcome.invalidated().stream().map(BlockNode::label).toList(),
                        outcome.leftovers());
    }

    private void judge(TestVm vm, BlockJob job, JobOutcome outcome) throws IOException {
        String file = vm.ask("query-block").isEmpty() ? "" : vm.activeFile();
        Path copy = vm.path("copy.qcow2");
        String targetFile = work.name().startsWith("COPY")
                ? copy.toString()
                : vm.image("base").toString();
        if (outcome.pivoted() && !file.equals(targetFile)) {
            wrong.add("FALSE: pivoted, and the disk is on " + file);
        }
        if (outcome.completed() && work.ends("PIVOT") && !outcome.pivoted()) {
            log.add("completed without the pivot that was asked for");
        }
        if (outcome.head() == Head.SOURCE && file.equals(targetFile)) {
            wrong.add("FALSE: the head is the source, and the disk is on " + file);
        }
        for (JsonNode left : vm.ask("query-jobs")) {
            if (left.path("id").asText().equals(job.id().value())
                    && !(outcome.end() instanceof End.Unknown)
                    && outcome.leftovers().stream().noneMatch(leftover -> leftover.kind() == Leftover.Kind.JOB)) {
                wrong.add("FALSE: the job is still there: " + left);
            }
        }
        List<String> released = outcome.released().stream().map(BlockNode::file).toList();
        requireUnused(vm, outcome);
        if (outcome.filesChecked()
                && released.stream().anyMatch(name -> Files.exists(HostileAct.away(Path.of(name))))) {
            wrong.add("FALSE: another file is at the path of a released image");
        }
        whole(vm, released);
        if (outcome.completed() && work == Work.COPY_AND_FINISH && outcome.head() == Head.SOURCE && !changesTheView()) {
            compared(vm, copy, "the copy");
        }
    }

    /** No node or back end, other than of released images themselves, stands on a released image. */
    private void requireUnused(TestVm vm, JobOutcome outcome) {
        List<String> names = outcome.released().stream()
                .flatMap(image -> image.nodeName().stream())
                .toList();
        JsonNode graph = vm.ask("x-debug-query-block-graph");
        Map<Long, String> named = new HashMap<>();
        graph.path("nodes")
                .forEach(node -> named.put(
                        node.path("id").asLong(),
                        node.path("name").asText() + " (" + node.path("type").asText() + ")"));
        for (JsonNode edge : graph.path("edges")) {
            String child = named.getOrDefault(edge.path("child").asLong(), "").replace(" (block-driver)", "");
            String parent =
                    named.getOrDefault(edge.path("parent").asLong(), "?").replace(" (block-driver)", "");
            if (names.contains(child) && !names.contains(parent)) {
                wrong.add("FALSE: released " + child + " is used by " + parent);
            }
        }
    }

    /** Does what the outcome allows, and looks at the disk as the next QEMU sees it. */
    private void whole(TestVm vm, List<String> released) throws IOException {
        String file = vm.ask("query-block").isEmpty() ? vm.image("active").toString() : vm.activeFile();
        String live = vm.ask("query-block").isEmpty() ? "" : vm.liveChain().toString();
        for (JsonNode left : vm.ask("query-jobs")) {
            log.add("still there: " + left);
            try {
                vm.ask("job-cancel", "{\"id\":\"" + left.path("id").asText() + "\"}");
            } catch (TestkitException over) {
                log.add(over.getMessage());
            }
        }
        boolean lives = vm.qemu.process().isAlive();
        vm.shutDown();
        if (lives) {
            log.add("QEMU has ended as it was asked to");
        }
        HostileAct.unlock(vm);
        for (String name : released) {
            Files.deleteIfExists(Path.of(name));
        }
        HostileAct.undo(vm, released);
        log.add("live " + live + ", file " + file);
        if (!changesTheView()) {
            compared(vm, foundAgain(Path.of(file)), "the disk");
        }
    }

    /** The file of a copy that was moved away, if the outcome does not call the job completed. */
    private Path foundAgain(Path file) {
        Path away = HostileAct.away(file);
        boolean completed = started != null && started.outcome().join().completed();
        return completed || Files.exists(file) || !Files.exists(away) ? file : away;
    }

    /** Whether what the guest sees has been changed by the act itself. */
    private boolean changesTheView() {
        return (log.contains("done blockdev-reopen") && act.name().matches("reopen (without|onto).*"))
                || log.contains("done qom-set")
                || log.stream().anyMatch(line -> line.startsWith("loadvm s0 said E"));
    }

    private void compared(TestVm vm, Path image, String what) {
        String format = image.toString().endsWith(".raw") ? "raw" : "qcow2";
        try {
            if (!vm.images.identical(vm.before, "raw", image, format)) {
                wrong.add("WRONG DATA: " + what + " on " + image.getFileName());
            }
            if (!vm.images.intact(image, format)) {
                wrong.add("CORRUPT: " + what + " on " + image.getFileName());
            }
        } catch (TestkitException e) {
            wrong.add("UNREADABLE: " + what + ": " + e.getMessage());
        }
    }

    List<String> log() {
        return log;
    }

    @Override
    public String toString() {
        return work + " " + moment + " / " + act;
    }
}
