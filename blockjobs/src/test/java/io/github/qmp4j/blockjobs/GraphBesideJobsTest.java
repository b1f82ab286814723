package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemuBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The graph is read beside jobs of any kind, of this side and of others, on every version. */
@QemuVersions
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class GraphBesideJobsTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int FEW = 30;
    private static final int LOOKERS = 6;
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    /** A disk that shares nothing with {@code disk0}: nodes {@code NAME} over {@code NAME-base}. */
    private static void filledDisk(Nodes nodes, String id, String name) {
        disk(nodes, id, name);
        nodes.images().write(Path.of(nodes.path(name + "-base")), "qcow2", 7, 0, TestVm.MIB);
    }

    private static void disk(Nodes nodes, String id, String name) {
        Path base = nodes.images().create(name + "-base.qcow2", "qcow2", TestVm.MIB);
        nodes.images().overlay(name + ".qcow2", base, "qcow2");
        nodes.readOnly(name + "-base", null);
        nodes.qcow2(name, name + "-base");
        nodes.disk(id, name);
    }

    /** QEMU 5.2 and 7.2 die of a listing of nodes that meets an image in the making. */
    @Test
    void looksForWhatWasLeftWhileTargetsAreMade() throws Exception {
        try (TestVm vm = TestVm.start(nodes -> disk(nodes, "disk1", "small"))) {
            AtomicBoolean isOver = new AtomicBoolean();
            List<CompletableFuture<Void>> looks = Stream.generate(() -> CompletableFuture.runAsync(
                            () -> {
                                while (!isOver.get()) {
                                    TestVm.get(vm.jobs.reconcile());
                                }
                            },
                            task -> new Thread(task, "looker").start()))
                    .limit(LOOKERS)
                    .toList();
            for (int copy = 0; copy < FEW; copy++) {
                CopyRequest request = CopyRequest.of(
                                "disk1",
                                vm.path("copy-%d.qcow2".formatted(copy)).toString(),
                                "qcow2")
                        .withEngine(CopyEngine.BLOCKDEV_MIRROR)
                        .withSettings(SLOW);
                // A cancel that comes at READY finds the copy complete.
                assertThat(TestVm.get(vm.start(request).cancel()).end())
                        .isInstanceOfAny(End.Cancelled.class, End.Completed.class);
            }
            isOver.set(true);
            looks.forEach(TestVm::get);
            vm.assertNoJobsLeft();
        }
    }

    private static void secondMonitor(RealQemuBuilder builder) {
        builder.arguments("-chardev", "socket,id=looker,path=looker.sock,server=on,wait=off", "-qmp", "chardev:looker");
    }

    private static QmpClient connect(Path monitor) {
        return TestVm.get(QmpClient.connect(new QmpAddress.Unix(monitor), QmpOptions.defaults()));
    }

    /** Pulls the small disk, gives it back its chain, and so on. */
    private static void pullAgainAndAgain(TestVm vm, BlockJobs jobs, int rounds, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (int round = 0; round < rounds || (FULL && System.nanoTime() < end); round++) {
            JobOutcome outcome =
                    TestVm.get(TestVm.get(jobs.start(PullRequest.of("disk1"))).outcome());
            assertThat(outcome.completed()).as("round %d: %s", round, outcome).isTrue();
            String name = "over" + round;
            Path image = vm.images.create(name + ".qcow2", "qcow2", TestVm.MIB);
            vm.ask("blockdev-add", """
                    {"driver":"qcow2","node-name":"%s","backing":null,"file":{"driver":"file","filename":"%s"}}""".formatted(name, image));
            String below =
                    vm.ask("query-block").get(1).at("/inserted/node-name").asText();
            vm.ask("blockdev-snapshot", "{\"node\":\"%s\",\"overlay\":\"%s\"}".formatted(below, name));
        }
    }

    private static TestVm twoDisks() {
        return TestVm.start(
                nodes -> {
                    nodes.plainChain();
                    disk(nodes, "disk1", "small");
                },
                GraphBesideJobsTest::secondMonitor);
    }

    private static void assertAlive(TestVm vm) {
        assertThat(vm.ask("query-status").path("status").asText()).isEqualTo("prelaunch");
        vm.qemu.oracle().forgetEvents();
    }

    /** The guard against the deadly listing was kept by each {@code BlockJobs} for itself. */
    @Test
    void twoBlockJobsOnOneSupervisorPullAndLookAndQemuLives() {
        try (TestVm vm = twoDisks()) {
            vm.jobs.close();
            vm.client.close();
            try (QmpSupervisor supervisor = QmpSupervisor.start(
                            new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.defaults(), Backoff.defaults());
                    BlockJobs pulling = BlockJobs.of(supervisor, BlockJobOptions.defaults());
                    BlockJobs looking = BlockJobs.of(supervisor, BlockJobOptions.defaults())) {
                whileLooking(
                        () -> TestVm.get(looking.disks()), () -> pullAgainAndAgain(vm, pulling, FEW, Duration.ZERO));
            }
            assertAlive(vm);
        }
    }

    /** No lock in a process can keep another process from looking. */
    @Test
    void oneProcessPullsWhileAnotherOneLooksAndQemuLives() {
        try (TestVm vm = twoDisks();
                QmpClient other = connect(vm.path("looker.sock"))) {
            JobKey key = JobKey.of("vm/disk1");
            whileLooking(
                    () -> {
                        // A new one each time, as a command line has it, which remembers nothing.
                        try (BlockJobs looking = BlockJobs.of(other, BlockJobOptions.defaults())) {
                            TestVm.get(looking.disks());
                            TestVm.get(looking.chain(DiskRef.of("disk1")));
                            TestVm.get(looking.list());
                            try {
                                TestVm.get(TestVm.get(looking.adoptOrStart(key, PullRequest.of("disk1")))
                                        .outcome());
                            } catch (AssertionError lateStart) {
                                assertThatTheOtherOneWasQuicker(lateStart);
                            }
                        }
                    },
                    () -> pullAgainAndAgainWhileOthersMay(vm));
            assertAlive(vm);
        }
    }

    private static void pullAgainAndAgainWhileOthersMay(TestVm vm) {
        long end = System.nanoTime() + LONG.toNanos();
        for (int round = 0; round < FEW || (FULL && System.nanoTime() < end); round++) {
            try {
                JobOutcome outcome = TestVm.get(
                        TestVm.get(vm.jobs.start(PullRequest.of("disk1"))).outcome());
                assertThat(outcome.end()).as("%s", outcome).isInstanceOf(End.Completed.class);
            } catch (AssertionError lateStart) {
                assertThatTheOtherOneWasQuicker(lateStart);
            }
            assertAlive(vm);
        }
    }

    /** The check before the start sees the other job, or QEMU refuses the start itself. */
    private static void assertThatTheOtherOneWasQuicker(AssertionError failure) {
        assertThat(failure).rootCause().isInstanceOfAny(JobConflictException.class, QmpCommandException.class);
    }

    private static void whileLooking(Runnable look, Runnable work) {
        AtomicBoolean going = new AtomicBoolean(true);
        CompletableFuture<Integer> looker = CompletableFuture.supplyAsync(() -> {
            int looks = 0;
            while (going.get()) {
                look.run();
                looks++;
            }
            return looks;
        });
        try {
            work.run();
        } finally {
            going.set(false);
        }
        assertThat(TestVm.get(looker)).isPositive();
    }

    /** A pull that ended while another one ran told of nothing that it had released. */
    @Test
    void eachOfThreePullsSideBySideTellsWhatItHasReleased() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            for (String disk : List.of("1", "2", "3")) {
                filledDisk(nodes, "disk" + disk, "small" + disk);
            }
        })) {
            List<BlockJob> pulls = new ArrayList<>();
            for (String disk : List.of("1", "2", "3")) {
                pulls.add(vm.start(PullRequest.of("disk" + disk).withSettings(SLOW)));
            }
            assertThat(vm.ask("query-jobs")).hasSize(3);
            for (int i = 0; i < pulls.size(); i++) {
                TestVm.get(pulls.get(i).setSpeed(0));
                JobOutcome outcome = TestVm.get(pulls.get(i).outcome());
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
                assertThat(outcome.released())
                        .extracting(BlockNode::label)
                        .containsExactly("small" + (i + 1) + "-base");
            }
            vm.assertNoJobsLeft();
        }
    }

    /** Two nodes of one file could not be told apart. */
    @Test
    void pullsADiskWhoseBaseAnotherDiskHasOpenByANodeOfItsOwn() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.readOnly("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
            nodes.images().overlay("second.qcow2", Path.of(nodes.path("base")), "qcow2");
            nodes.readOnlyTwin("golden", "base");
            nodes.qcow2("second", "golden");
            nodes.disk("disk1", "second");
        })) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1");
            // The base stays, and so would it if it were dropped: the other disk reads the same file.
            JobOutcome whole = vm.run(PullRequest.of("disk0"));
            assertThat(whole.completed()).as("%s", whole).isTrue();
            assertThat(whole.released()).isEmpty();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The names of the nodes were not known beside a foreign pull, so that the refusal spoke of them and not of the job. */
    @Test
    void namesTheForeignPullThatIsInTheWayOfAJob() {
        try (TestVm vm = TestVm.start()) {
            vm.ask(
                    "block-stream",
                    "{\"job-id\":\"theirs\",\"device\":\"active\",\"base-node\":\"base\",\"backing-file\":\"%s\",\"speed\":1}"
                            .formatted(vm.image("base")));
            for (BlockJobRequest request : List.of(
                    CommitRequest.of("disk0").withTop("snap1").withBase("base"),
                    PullRequest.of("disk0").withBase("base"),
                    CommitRequest.of("disk0"))) {
                assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                        .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                                .isEqualTo(new JobId("theirs")));
            }
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");
            await().until(() -> vm.ask("query-jobs").isEmpty());
            Optional<BlockNode> lowest = TestVm.get(vm.jobs.chain(DiskRef.of("disk0"))).nodes().stream()
                    .skip(3)
                    .findFirst();
            assertThat(lowest.flatMap(BlockNode::nodeName)).contains("base");
        }
    }
}
