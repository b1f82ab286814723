package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.CuttingProxy;
import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import io.github.qmp4j.testkit.RealQemu;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The session is cut before, inside and after each message of a job's life: the outcome is right, or unknown and then found out, and there is one
 * start. A sample in ordinary runs, with its seed; all of it with {@code -Dqmp4j.full=true}.
 */
@Timeout(7200)
class CutMatrixTest {
    /** The outcome that was told last, for messages. */
    private static String last = "none";

    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final int SAMPLE = 4;
    private static final int MOST_UNKNOWN = 10;

    /** Where the session is cut; empty for no cut. */
    record Cut(Direction direction, int message, Place place) {}

    /** What a round has shown: how many cuts there were, how many outcomes were unknown first, how many messages passed. */
    record Round(int cuts, int unknown, int toQemu, int fromQemu) {}

    @ParameterizedTest
    @EnumSource(Life.class)
    void oneHandleEndsRightWhereverASupervisedSessionIsCut(Life life) throws Exception {
        matrix(life, true);
    }

    /** The handle ends as unknown, and the next session has the rest done. */
    @ParameterizedTest
    @EnumSource(Life.class)
    void theWorkIsDoneRightWhereverASingleSessionIsCut(Life life) throws Exception {
        matrix(life, false);
    }

    private static void matrix(Life life, boolean supervised) throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        Round whole = round(life, List.of(), supervised);
        List<Cut> all = new ArrayList<>();
        for (Place place : Place.values()) {
            for (int message = 1; message <= whole.toQemu(); message++) {
                all.add(new Cut(Direction.TO_QEMU, message, place));
            }
            for (int message = 1; message <= whole.fromQemu(); message++) {
                all.add(new Cut(Direction.FROM_QEMU, message, place));
            }
        }
        int possible = all.size();
        Collections.shuffle(all, new Random(seed));
        List<Cut> cuts = FULL ? all : all.subList(0, Math.min(SAMPLE, possible));
        int made = 0;
        int unknown = 0;
        for (Cut cut : cuts) {
            try {
                Round round = round(life, List.of(cut), supervised);
                made += round.cuts();
                unknown += round.unknown();
            } catch (AssertionError | RuntimeException | TimeoutException e) {
                throw new AssertionError("%s, cut at %s, seed %d: %s".formatted(life, cut, seed, e.getMessage()), e);
            }
        }
        System.out.printf(
                "cut matrix, %s, %s: %d cuts (of %d places), %d outcomes unknown at first, all right at last; seed %d%n",
                life, supervised ? "supervised" : "single sessions", made, possible, unknown, seed);
    }

    static Round round(Life life, List<Cut> cuts, boolean supervised) throws Exception {
        try (SmallDisk disk = SmallDisk.create()) {
            Round round;
            try (RealQemu qemu = disk.start();
                    CuttingProxy proxy = CuttingProxy.start(qemu.monitor())) {
                cuts.forEach(cut -> proxy.cut(cut.direction(), cut.message(), cut.place()));
                int unknown = done(life, disk, proxy, supervised);
                assertThat(SmallDisk.starts(qemu, Life.KEY.jobId()))
                        .as("starts")
                        .isEqualTo(1);
                assertThat(qemu.oracle().execute("query-jobs")).isEmpty();
                assertThat(SmallDisk.liveChain(qemu)).isEqualTo(life.chain);
                round = new Round(
                        proxy.cuts(), unknown, proxy.messages(Direction.TO_QEMU), proxy.messages(Direction.FROM_QEMU));
            }
            disk.assertHoldsAll(life.result);
            return round;
        }
    }

    private static int done(Life life, SmallDisk disk, CuttingProxy proxy, boolean supervised) throws Exception {
        try (JobStore store = JobStore.file(disk.path("jobs"))) {
            BlockJobOptions options = BlockJobOptions.defaults()
                    .withStore(store)
                    .withCheckInterval(Duration.ofSeconds(1))
                    .withReattachWindow(Duration.ofSeconds(30));
            QmpAddress address = new QmpAddress.Unix(proxy.socket());
            BlockJobRequest request = life.fast(disk.folder());
            return supervised ? bySupervisor(address, options, request) : bySessions(address, options, request);
        }
    }

    /** Both give how often it was not known at first. */
    private static int bySupervisor(QmpAddress address, BlockJobOptions options, BlockJobRequest request)
            throws Exception {
        try (QmpSupervisor supervisor = QmpSupervisor.start(
                        address,
                        QmpOptions.defaults(),
                        new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), 2, 0));
                BlockJobs jobs = BlockJobs.of(supervisor, options)) {
            int unknown = 0;
            while (!isKnown(jobs, request)) {
                assertThat(++unknown).as("%s", last).isLessThan(MOST_UNKNOWN);
                // However long this machine takes to connect again, that is no further question.
                get(supervisor.client());
            }
            return unknown;
        }
    }

    private static int bySessions(QmpAddress address, BlockJobOptions options, BlockJobRequest request)
            throws Exception {
        for (int unknown = 0; unknown < MOST_UNKNOWN; unknown++) {
            try (QmpClient client = get(QmpClient.connect(address, QmpOptions.defaults()));
                    BlockJobs jobs = BlockJobs.of(client, options)) {
                if (isKnown(jobs, request)) {
                    return unknown;
                }
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(QmpConnectException.class);
            }
        }
        throw new AssertionError("it stays unknown: " + last);
    }

    /** Asks once; what is known is right. */
    private static boolean isKnown(BlockJobs jobs, BlockJobRequest request) throws Exception {
        JobOutcome outcome;
        try {
            outcome = get(get(jobs.adoptOrStart(Life.KEY, request)).outcome());
        } catch (ExecutionException e) {
            // A question was lost on its way; nothing was started, or the next call finds it.
            assertThat(e).hasRootCauseInstanceOf(QmpException.class);
            last = e.toString();
            return false;
        }
        last = outcome.toString();
        if (outcome.end() instanceof End.Unknown) {
            return false;
        }
        assertThat(outcome.end()).isEqualTo(new End.Completed());
        assertThat(outcome.head() == Head.TARGET).isEqualTo(request.whenReady() == WhenReady.PIVOT);
        // A node that the lost session kept from being removed is removed by the next call.
        assertThat(outcome.leftovers()).extracting(Leftover::kind).isSubsetOf(Leftover.Kind.NODE);
        return outcome.leftovers().isEmpty();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }
}
