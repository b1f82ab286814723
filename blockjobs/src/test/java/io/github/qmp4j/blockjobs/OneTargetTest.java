package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.threads.Futures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several copies are started to one new file at once; whoever comes too late must not call it left behind. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class OneTargetTest {
    private static final int ROUNDS = 5;

    private static CopyRequest copy(String disk, Path target, CopyEngine engine) {
        return CopyRequest.of(disk, target.toString(), "qcow2").withEngine(engine);
    }

    /** Waits for both, and gives what the one that was refused says. */
    private static List<Throwable> refused(List<CompletableFuture<BlockJob>> starts, List<BlockJob> started) {
        List<Throwable> refused = new ArrayList<>();
        for (CompletableFuture<BlockJob> start : starts) {
            get(start.handle(
                    (job, failure) -> failure == null ? started.add(job) : refused.add(Futures.cause(failure))));
        }
        return refused;
    }

    private static void assertNothingOfTheWinnerIsCalledLeft(List<Throwable> refused) {
        for (Throwable loser : refused) {
            assertThat(loser instanceof JobStartException start ? start.leftovers() : List.of())
                    .as("%s", loser)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void theTargetOfACopyIsNoLeftoverOfAnotherInTheSameQemu(CopyEngine engine) {
        try (TestVm vm = TestVm.start(nodes -> {
                    nodes.plainChain();
                    nodes.andAnotherDisk();
                });
                BlockJobs second = BlockJobs.of(vm.client, BlockJobOptions.defaults())) {
            for (int round = 0; round < ROUNDS; round++) {
                Path target = vm.path("copy" + round + ".qcow2");
                List<BlockJob> started = new ArrayList<>();
                List<Throwable> refused = refused(
                        List.of(
                                vm.jobs.start(copy("disk0", target, engine)),
                                second.start(copy("disk1", target, engine))),
                        started);
                assertNothingOfTheWinnerIsCalledLeft(refused);
                assertThat(started).hasSizeLessThan(2);
                for (BlockJob job : started) {
                    assertThat(target).exists();
                    get(job.cancel());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void theTargetOfACopyIsNoLeftoverOfOneInAnotherQemu(CopyEngine engine) {
        try (TestVm one = TestVm.start();
                TestVm other = TestVm.start()) {
            for (int round = 0; round < ROUNDS; round++) {
                Path target = one.path("copy" + round + ".qcow2");
                List<BlockJob> started = new ArrayList<>();
                List<Throwable> refused = refused(
                        List.of(
                                one.jobs.start(copy("disk0", target, engine)),
                                other.jobs.start(copy("disk0", target, engine))),
                        started);
                assertNothingOfTheWinnerIsCalledLeft(refused);
                for (BlockJob job : started) {
                    get(job.cancel());
                }
            }
        }
    }
}
