package io.github.qmp4j.qmpctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PlainBoardTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final PlainBoard board = new PlainBoard(new Console(stream, stream, false), nanos::get);

    @Test
    void a_line_comes_for_each_phase_and_each_ten_percent() {
        for (int percent = 0; percent <= 30; percent++) {
            board.show(Samples.sight(Phase.RUNNING, percent));
        }
        board.show(Samples.sight(Phase.PAUSED, 30));
        assertThat(lines()).hasSize(5).last().asString().contains("paused, 30 %");
    }

    @Test
    void theLimitStandsBehindTheRate() {
        board.show(Samples.limited(64));
        assertThat(lines())
                .containsExactly(
                        "pull-disk0-abc123: running, 50 %, 50.0/100.0 MiB, 10.0 MiB/s (limit 64.0 MiB/s), 1m31s to go");
    }

    @Test
    void a_job_that_stands_still_is_named_again_after_30_seconds() {
        board.show(Samples.sight(Phase.RUNNING, 5));
        nanos.set(TimeUnit.SECONDS.toNanos(29));
        board.tick();
        assertThat(lines()).hasSize(1);
        nanos.set(TimeUnit.SECONDS.toNanos(30));
        board.tick();
        board.tick();
        assertThat(lines()).hasSize(2);
    }

    @Test
    void after_the_result_nothing_more_is_said_of_a_job() {
        board.show(Samples.sight(Phase.RUNNING, 5));
        board.show(JobResult.ended("disk0", "pull", false, Samples.outcome(new End.Completed(), Head.SOURCE)));
        board.report();
        assertThat(lines())
                .last()
                .isEqualTo("pull-disk0-abc123: completed; not used by this QEMU any more: snap1 (/vm/snap1.qcow2)");
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
