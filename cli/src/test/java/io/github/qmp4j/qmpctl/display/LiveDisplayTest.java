package io.github.qmp4j.qmpctl.display;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.report.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveDisplayTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final LiveDisplay display =
            new LiveDisplay(new Console(stream, stream, false), new Screen(true, 80, false, false));

    @Test
    void theLineThatStaysOfAJobThatIsLeftReadySaysSo() {
        display.show(Samples.snapshot(Phase.STARTING, 0));
        display.tick();
        JobSnapshot ready = Samples.snapshot(Phase.READY, 100);
        display.show(JobResult.goesOn(ready, JobResult.Outcome.READY, ExitCode.DONE, Optional.empty()));
        assertThat(lastScreen())
                .containsExactly(
                        new BarLine(new Screen(true, 80, false, false)).render(ready), "pull-disk0-abc123: ready");
    }

    /** The output that is not erased. */
    private List<String> lastScreen() {
        String all = bytes.toString(StandardCharsets.UTF_8);
        return all.substring(all.lastIndexOf("\033[J") + "\033[J".length())
                .lines()
                .toList();
    }
}
