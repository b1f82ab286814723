package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.graph.ScriptedGraph;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that are met while they begin or end. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AdoptTest {
    private static final String EDGES = "x-debug-query-block-graph";
    private static final JobId JOB = new JobId("j");
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final long STEP_NANOS = 50_000;
    private static final String ENDED =
            "[{\"id\":\"j\",\"type\":\"commit\",\"status\":\"concluded\",\"error\":\"Operation canceled\"}]";

    /** Whoever is told of the end may start the next job. */
    @Test
    void dismissesAnObservedJobThatIsAdoptedWhileItsResultIsRead() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.job("commit", "ready");
            BlockJob observed = TestVm.get(vm.jobs.attach(JOB)).orElseThrow();
            TestVm.get(observed.ready());
            long asked = vm.count("query-jobs");
            vm.on("query-jobs");
            vm.job("commit", "concluded", "Operation canceled");
            vm.qemu.send(told("BLOCK_JOB_CANCELLED", ""));
            vm.tell("concluded");
            ReceivedCommand query = vm.qemu.awaitReceived("query-jobs", (int) asked + 1, SOON);
            CompletableFuture<Optional<BlockJob>> adopted = vm.jobs.adopt(JOB);
            vm.on("query-jobs", got -> List.of(Outgoing.reply(vm.count("job-dismiss") == 0 ? ENDED : "[]")));
            vm.qemu.answer(query, Outgoing.reply(ENDED));

            BlockJob job = TestVm.get(adopted).orElseThrow();
            assertThat(TestVm.get(job.outcome()).leftovers()).isEmpty();
            assertThat(vm.count("job-dismiss")).isOne();
        }
    }

    /** The graph of before a job says nothing of the disk that it is on. */
    @Test
    void claimsNoPivotOfAJobThatBeganWhileTheGraphWasRead() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            List<String> chain = List.of("active", "mid", "base");
            String other = "{\"id\":\"k\",\"type\":\"mirror\",\"status\":\"ready\"}";
            String both = "[" + other + "," + other.replace("k", "j") + "]";
            vm.on("query-jobs", Outgoing.reply("[" + other + "]"));
            List<String> others = List.of("other");
            vm.on(EDGES, Outgoing.reply(ScriptedGraph.edges(chain, others, Map.of("k", "other"))));
            vm.on("query-block", got -> {
                // Somebody starts another mirror, on disk0, right after the chains were read.
                vm.on("query-jobs", Outgoing.reply(both));
                vm.on(EDGES, Outgoing.reply(ScriptedGraph.edges(chain, others, Map.of("k", "other", "j", "active"))));
                return List.of(Outgoing.reply(ScriptedGraph.disks(chain)));
            });
            Optional<BlockJob> met = TestVm.get(vm.jobs.attach(JOB));
            BlockJob job = met.or(() -> {
                        TestVm.get(vm.jobs.disks());
                        return TestVm.get(vm.jobs.attach(JOB));
                    })
                    .orElseThrow();
            CompletableFuture<JobOutcome> pivot = job.pivot();
            vm.qemu.awaitReceived("job-complete", 1, SOON);
            // That one is finished without a pivot, and the other one pivots.
            List<String> copy = List.of("copy");
            vm.on("query-block", Outgoing.reply(ScriptedGraph.disks(chain, copy)));
            vm.on("query-blockstats", Outgoing.reply(ScriptedGraph.statistics(chain, copy)));
            vm.on(EDGES, Outgoing.reply(ScriptedGraph.edges(chain, copy, Map.of())));
            vm.on("query-jobs", Outgoing.reply(both.replaceAll("ready(?!.*ready)", "concluded")));
            vm.tell("waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(pivot).pivoted()).isFalse();
        }
    }

    /** The same on a real QEMU, at whatever moment it happens. */
    @Test
    void leavesNoJobThatWasAdoptedAtAnyMomentOfItsEnd() {
        try (TestVm vm = TestVm.start()) {
            for (int i = 0; i < 100; i++) {
                vm.ask("block-commit", "{\"job-id\":\"j\",\"device\":\"active\",\"speed\":1,\"auto-dismiss\":false}");
                BlockJob observed = TestVm.get(vm.jobs.attach(JOB)).orElseThrow();
                CompletableFuture<JobOutcome> cancelled = observed.cancel();
                // Each time a little later: before it is over, while it is read, after that.
                long moment = System.nanoTime() + i * STEP_NANOS;
                while (System.nanoTime() < moment) {
                    Thread.onSpinWait();
                }
                Optional<BlockJob> adopted = TestVm.get(vm.jobs.adopt(JOB));
                TestVm.get(cancelled);
                adopted.ifPresent(job -> TestVm.get(job.outcome()));
                vm.assertNoJobsLeft();
            }
        }
    }
}
