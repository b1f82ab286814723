package io.github.qmp4j.qmpctl.display;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.report.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PlainDisplayTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final PlainDisplay display = new PlainDisplay(new Console(stream, stream, false), nanos::get);

    @Test
    void aLineComesForEachPhaseAndEachTenPercent() {
        for (int percent = 0; percent <= 30; percent++) {
            display.show(Samples.snapshot(Phase.RUNNING, percent));
        }
        display.show(Samples.snapshot(Phase.PAUSED, 30));
        assertThat(lines()).hasSize(5).last().asString().contains("paused, 30 %");
    }

    @Test
    void theLimitStandsBehindTheRate() {
        display.show(Samples.limited(64));
        assertThat(lines())
                .containsExactly(
                        "pull-disk0-abc123: running, 50 %, 50.0/100.0 MiB, 10.0 MiB/s (limit 64.0 MiB/s), 1m31s to go");
    }

    @Test
    void aJobThatStandsStillIsNamedAgainAfter30Seconds() {
        display.show(Samples.snapshot(Phase.RUNNING, 5));
        nanos.set(TimeUnit.SECONDS.toNanos(29));
        display.tick();
        assertThat(lines()).hasSize(1);
        nanos.set(TimeUnit.SECONDS.toNanos(30));
        display.tick();
        display.tick();
        assertThat(lines()).hasSize(2);
    }

    @Test
    void afterTheResultNothingMoreIsSaidOfAJob() {
        display.show(Samples.snapshot(Phase.RUNNING, 5));
        display.show(JobResult.ended("disk0", "pull", false, Samples.outcome(new End.Completed(), Head.SOURCE)));
        display.report();
        assertThat(lines())
                .last()
                .isEqualTo("pull-disk0-abc123: completed; not used by this QEMU any more: snap1 (/vm/snap1.qcow2)");
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
