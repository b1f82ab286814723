package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two processes start work on one disk in one instant; each is a session of its own. */
@QemuVersions
@Timeout(value = 50, unit = TimeUnit.MINUTES)
class KeyRaceTest {
    private static final JobKey KEY = JobKey.of("vm/disk0/work");
    private static final int ROUNDS = Boolean.getBoolean("qmp4j.full") ? 20 : 2;

    enum Work {
        PULL,
        COMMIT,
        ACTIVE_COMMIT,
        MIRROR,
        BLOCKDEV_MIRROR;

        BlockJobRequest request(Path folder, JobSettings settings) {
            return switch (this) {
                case PULL -> PullRequest.of("disk0").withSettings(settings);
                case COMMIT ->
                    CommitRequest.of("disk0").withTop("snap2").withBase("snap1").withSettings(settings);
                case ACTIVE_COMMIT ->
                    CommitRequest.of("disk0")
                            .withBase("base")
                            .withWhenReady(WhenReady.PIVOT)
                            .withSettings(settings);
                case MIRROR -> copy(folder, CopyEngine.DRIVE_MIRROR).withSettings(settings);
                case BLOCKDEV_MIRROR -> copy(folder, CopyEngine.BLOCKDEV_MIRROR).withSettings(settings);
            };
        }

        private static CopyRequest copy(Path folder, CopyEngine engine) {
            return CopyRequest.of("disk0", folder.resolve("copy.qcow2").toString(), "qcow2")
                    .withEngine(engine)
                    .withWhenReady(WhenReady.PIVOT);
        }
    }

    /** Whoever loses adopts. */
    @ParameterizedTest
    @EnumSource
    void ofTwoWhoAskForTheWorkOfAKeyOneStartsItAndTheOtherAdoptsIt(Work work) {
        for (int round = 0; round < ROUNDS; round++) {
            try (TestVm vm = TestVm.start(Nodes::plainChain, KeyRaceTest::secondMonitor);
                    QmpClient other = connect(vm, QmpOptions.defaults());
                    BlockJobs second = BlockJobs.of(other, BlockJobOptions.defaults())) {
                BlockJobRequest request =
                        work.request(vm.path(""), JobSettings.defaults().withSpeed(1));
                List<CompletableFuture<BlockJob>> both =
                        List.of(vm.jobs.adoptOrStart(KEY, request), second.adoptOrStart(KEY, request));
                for (CompletableFuture<BlockJob> one : both) {
                    assertThat(get(one).id()).isEqualTo(KEY.jobId());
                }
                assertThat(vm.onlyJob().path("device").asText())
                        .isEqualTo(KEY.jobId().value());
                get(get(both.get(0)).setSpeed(0));
                for (CompletableFuture<BlockJob> one : both) {
                    JobOutcome outcome = get(get(one).outcome());
                    assertThat(outcome.completed()).as("%s", outcome).isTrue();
                }
                assertTheHeaderNamesWhatIsOpen(vm);
            }
        }
    }

    /** QEMU's own refusal names no job. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKDEV_MIRROR")
    void ofTwoWhoStartAJobOnOneDiskTheLoserIsToldTheJobOfTheOther(Work work) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            try (TestVm vm = TestVm.start(Nodes::plainChain, KeyRaceTest::secondMonitor);
                    QmpClient other = connect(vm, QmpOptions.defaults());
                    BlockJobs second = BlockJobs.of(other, BlockJobOptions.defaults())) {
                JobSettings slow = JobSettings.defaults().withSpeed(1);
                List<CompletableFuture<BlockJob>> both = List.of(
                        vm.jobs.start(work.request(vm.path(""), slow)),
                        second.start(work.request(Files.createDirectory(vm.path("second")), slow)));
                List<Object> ends = both.stream()
                        .map(one -> get(one.handle(
                                (job, failure) -> failure == null ? (Object) job.id() : Futures.cause(failure))))
                        .toList();
                JobId winner = new JobId(vm.onlyJob().path("device").asText());
                assertThat(ends).contains(winner);
                assertThat(ends)
                        .filteredOn(Throwable.class::isInstance)
                        .singleElement()
                        .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                                .isEqualTo(winner));
            }
        }
    }

    /** A header that is proved with the name it had a moment ago would name an image that is no longer in the chain. */
    @Test
    void theProofOfAHeaderIsNotWrittenWhereAnotherClientHasChangedTheChain() {
        AtomicBoolean done = new AtomicBoolean();
        try (TestVm vm = TestVm.start(Nodes::plainChain, KeyRaceTest::secondMonitor)) {
            QmpObserver overtaken = new QmpObserver() {
                @Override
                public void commandStarted(String command) {
                    if (command.equals("blockdev-add") && done.compareAndSet(false, true)) {
                        commitOfAnotherClient(vm);
                    }
                }
            };
            try (QmpClient other = connect(vm, QmpOptions.defaults().withObservers(List.of(overtaken)));
                    BlockJobs second = BlockJobs.of(other, BlockJobOptions.defaults())) {
                CompletableFuture<BlockJob> late =
                        second.start(PullRequest.of("disk0").withBase("base"));
                assertThat(ScriptedVm.failure(late))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("another client has changed the chain");
            }
            assertThat(done).isTrue();
            assertTheHeaderNamesWhatIsOpen(vm);
        }
    }

    private static void commitOfAnotherClient(TestVm vm) {
        vm.ask(
                "block-commit",
                "{\"device\":\"active\",\"job-id\":\"theirs\",\"top-node\":\"snap2\",\"base-node\":\"snap1\"}");
        Awaitility.await().until(() -> vm.ask("query-jobs").isEmpty());
    }

    private static void assertTheHeaderNamesWhatIsOpen(TestVm vm) {
        Path active = Path.of(vm.activeFile());
        List<String> open = vm.liveChain();
        vm.shutDown();
        assertThat(vm.images.backingChain(active))
                .extracting(file -> Path.of(file).getFileName().toString())
                .isEqualTo(open);
    }

    private static void secondMonitor(RealQemuBuilder builder) {
        builder.arguments("-chardev", "socket,id=other,path=other.sock,server=on,wait=off", "-qmp", "chardev:other");
    }

    private static QmpClient connect(TestVm vm, QmpOptions options) {
        return get(QmpClient.connect(new QmpAddress.Unix(vm.path("other.sock")), options));
    }
}
