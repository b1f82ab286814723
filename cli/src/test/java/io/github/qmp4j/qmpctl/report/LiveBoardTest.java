package io.github.qmp4j.qmpctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveBoardTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final LiveBoard board =
            new LiveBoard(new Console(stream, stream, false), new Screen(true, 80, false, false));

    @Test
    void theLineThatStaysOfAJobThatIsLeftReadySaysSo() {
        board.show(Samples.sight(Phase.STARTING, 0));
        board.tick();
        Sight ready = Samples.sight(Phase.READY, 100);
        board.show(JobResult.goesOn(ready, JobResult.Outcome.READY, ExitCode.DONE, Optional.empty()));
        assertThat(lastScreen())
                .containsExactly(
                        new BarLine(new Screen(true, 80, false, false)).render(ready), "pull-disk0-abc123: ready");
    }

    /** What is not taken back. */
    private List<String> lastScreen() {
        String all = bytes.toString(StandardCharsets.UTF_8);
        return all.substring(all.lastIndexOf("\033[J") + "\033[J".length())
                .lines()
                .toList();
    }
}
