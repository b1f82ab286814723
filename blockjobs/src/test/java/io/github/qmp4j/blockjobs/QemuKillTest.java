package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * QEMU is killed at random moments of a job and started anew on the chain that the headers name: what an outcome calls intact,
 * then and later, is so. A sample in ordinary runs, with its seed; 100 moments a kind with {@code -Dqmp4j.full=true}.
 */
@Timeout(14400)
class QemuKillTest {
    private static final int MOMENTS = Boolean.getBoolean("qmp4j.full") ? 100 : 1;
    private static final int LONGEST_MILLIS = 2500;

    /** What the outcomes were. */
    enum Said {
        COMPLETED,
        FAILED,
        UNKNOWN
    }

    @ParameterizedTest
    @EnumSource(Life.class)
    void callsNothingIntactThatIsNot(Life life) throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Said, Integer> tally = new EnumMap<>(Said.class);
        for (int moment = 0; moment < MOMENTS; moment++) {
            int millis = random.nextInt(LONGEST_MILLIS);
            try {
                tally.merge(round(life, millis), 1, Integer::sum);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "%s, killed after %d ms, seed %d: %s".formatted(life, millis, seed, e.getMessage()), e);
            }
        }
        System.out.printf("QEMU killed, %s: %d moments, outcomes %s; seed %d%n", life, MOMENTS, tally, seed);
    }

    static Said round(Life life, int millis) throws Exception {
        try (SmallDisk disk = SmallDisk.create();
                JobStore store = JobStore.file(disk.path("jobs"))) {
            JobOutcome seen;
            try (RealQemu qemu = disk.start()) {
                seen = work(qemu, store, life, disk, millis);
            }
            requireIntact(seen, life, disk);
            List<String> chain = new ArrayList<>(disk.images.backingChain(disk.image("active")).stream()
                    .map(file -> Path.of(file).getFileName().toString().replace(".qcow2", ""))
                    .toList());
            Collections.reverse(chain);
            JobOutcome later;
            try (RealQemu qemu = disk.start(chain)) {
                later = work(qemu, store, life, disk, Integer.MAX_VALUE);
                assertThat(SmallDisk.starts(qemu, Life.KEY.jobId()))
                        .as("starts again")
                        .isZero();
            }
            requireIntact(later, life, disk);
            if (!(seen.end() instanceof End.Unknown)) {
                assertThat(later.end()).isEqualTo(seen.end());
            }
            return later.end() instanceof End.Completed
                    ? Said.COMPLETED
                    : later.end() instanceof End.Failed ? Said.FAILED : Said.UNKNOWN;
        }
    }

    /** Has it done, or finds out what became of it; QEMU is killed meanwhile. */
    private static JobOutcome work(RealQemu qemu, JobStore store, Life life, SmallDisk disk, int millis)
            throws Exception {
        try (QmpClient client = get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(store))) {
            BlockJob job = get(jobs.adoptOrStart(Life.KEY, life.slow(disk.folder())));
            if (millis < Integer.MAX_VALUE) {
                job.outcome()
                        .completeOnTimeout(null, millis, TimeUnit.MILLISECONDS)
                        .join();
                qemu.kill();
            }
            return get(job.outcome());
        }
    }

    private static void requireIntact(JobOutcome outcome, Life life, SmallDisk disk) throws Exception {
        if (outcome.end() instanceof End.Unknown) {
            return;
        }
        String head = outcome.head() == Head.TARGET ? life.result : "active";
        assertWhole(disk, head);
        if (outcome.completed()) {
            assertWhole(disk, life.result);
            assertThat(outcome.invalidated()).noneMatch(image -> image.isCalled(life.result));
        }
    }

    /** Clusters that leaked when QEMU was killed do no harm. */
    private static void assertWhole(SmallDisk disk, String name) throws Exception {
        Process check = new ProcessBuilder(
                        "qemu-img", "check", "-q", disk.image(name).toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as("qemu-img check of %s: %s", name, said).isIn(0, 3);
        assertThat(disk.images.identical(disk.path("before.raw"), "raw", disk.image(name), "qcow2"))
                .as("%s holds what the guest saw", name)
                .isTrue();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }
}
