package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobRecord.Step;
import io.github.qmp4j.testkit.RealQemu;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The JVM is killed with SIGKILL before and after each record, and at random moments; a new one has the same work done, and
 * there is one start. A sample in ordinary runs, with its seed; all of it with {@code -Dqmp4j.full=true}.
 */
@Timeout(14400)
class KillMatrixTest {
    private static final List<Life> LIVES = List.of(Life.values());
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final int SAMPLE = 2;
    private static final int MOMENTS = FULL ? 200 : 2;
    private static final int LONGEST_MILLIS = 3500;
    static final String NOWHERE = "nowhere";

    private record Point(Life life, String where) {}

    @Test
    void doesTheWorkOnceWhereverItIsKilledByItsRecords() throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        List<Point> all = new ArrayList<>();
        for (Life life : Life.values()) {
            boolean isReady = life != Life.PULL && life != Life.INTERMEDIATE_COMMIT;
            for (Step step : isReady ? EnumSet.allOf(Step.class) : EnumSet.complementOf(EnumSet.of(Step.READY))) {
                all.add(new Point(life, "record " + step));
                all.add(new Point(life, "recorded " + step));
            }
        }
        int possible = all.size();
        Collections.shuffle(all, new Random(seed));
        List<Point> points = FULL ? all : all.subList(0, SAMPLE);
        for (Point point : points) {
            try {
                round(point.life(), point.where(), 0);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("%s, seed %d: %s".formatted(point, seed, e.getMessage()), e);
            }
        }
        System.out.printf(
                "kill matrix: %d write-ahead points of %d, one start each; seed %d%n", points.size(), possible, seed);
    }

    @Test
    void doesTheWorkOnceWheneverItIsKilled() throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int moment = 0; moment < MOMENTS; moment++) {
            Life life = LIVES.get(moment % LIVES.size());
            int millis = random.nextInt(LONGEST_MILLIS);
            try {
                round(life, NOWHERE, millis);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "%s, killed after %d ms, seed %d: %s".formatted(life, millis, seed, e.getMessage()), e);
            }
        }
        System.out.printf("kill matrix: %d random moments, one start each; seed %d%n", MOMENTS, seed);
    }

    static void round(Life life, String where, int millis) throws Exception {
        try (SmallDisk disk = SmallDisk.create()) {
            try (RealQemu qemu = disk.start()) {
                killed(life, where, millis, disk, qemu);
            }
            disk.assertHoldsAll(life.result);
        }
    }

    private static void killed(Life life, String where, int millis, SmallDisk disk, RealQemu qemu) throws Exception {
        try (Child first = Child.start(qemu, disk, life, where)) {
            if (where.equals(NOWHERE)) {
                first.awaitEnd(millis);
            } else {
                first.until(where);
            }
        }
        try (Child second = Child.start(qemu, disk, life, NOWHERE)) {
            assertThat(second.until("outcome"))
                    .isEqualTo("outcome Completed %s []"
                            .formatted(life.chain.get(0).startsWith("active") ? "SOURCE" : "TARGET"));
        }
        assertThat(SmallDisk.starts(qemu, Life.KEY.jobId())).as("starts").isEqualTo(1);
        assertThat(qemu.oracle().execute("query-jobs")).isEmpty();
        assertThat(SmallDisk.liveChain(qemu)).isEqualTo(life.chain);
    }

    /** A JVM that runs {@link KeyedChild}; its end is SIGKILL. */
    private record Child(Process process, BufferedReader out) implements AutoCloseable {

        static Child start(RealQemu qemu, SmallDisk disk, Life life, String where) throws IOException {
            Process process = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xshare:auto",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            KeyedChild.class.getName(),
                            qemu.monitor().toString(),
                            disk.path("jobs").toString(),
                            disk.folder().toString(),
                            life.name(),
                            where)
                    .redirectError(disk.path("child-errors").toFile())
                    .start();
            return new Child(process, process.inputReader(StandardCharsets.UTF_8));
        }

        /** The first line that begins so. */
        String until(String line) {
            return CompletableFuture.supplyAsync(() -> out.lines()
                            .filter(said -> said.startsWith(line))
                            .findFirst()
                            .orElse("the child ended without saying " + line))
                    .orTimeout(90, TimeUnit.SECONDS)
                    .join();
        }

        /** Waits, but not longer; what it does meanwhile is its own affair. */
        void awaitEnd(int millis) throws InterruptedException {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
