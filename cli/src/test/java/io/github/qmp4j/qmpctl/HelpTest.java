package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    private static final String COMMON = "--socket --connect --output --timeout --trace --verbose --help";
    private static final String OF_JOBS =
            " --job-id --speed --on-error --bitmaps --quiet-exports --detach --on-interrupt --dry-run DISK";

    @ParameterizedTest
    @CsvSource({
        "disks, ''",
        "chain, DISK",
        "pull, --base --bottom" + OF_JOBS,
        "commit, --top --base --shallow --pivot --keep-overlay --delete" + OF_JOBS,
        "copy, TARGET --format --shallow --reuse-external --pivot --finish --granularity --buf-size"
                + " --synchronous-writes" + OF_JOBS,
        "jobs, ''",
        "job, ID",
        "wait, ID",
        "pivot, ID",
        "finish, ID",
        "cancel, ID",
        "pause, ID",
        "resume, ID",
        "dismiss, ID",
        "speed, ID RATE",
        "events, --filter --count",
        "exec, --oob COMMAND ARGUMENT",
        "schema, COMMAND",
        "doctor, ''",
        "shell, ''",
        "completion, SHELL",
        "demo, --size --keep --no-install",
    })
    void theHelpOfACommandNamesAllItTakes(String command, String words) {
        assertThat(help(command))
                .contains("Usage: qmpctl " + command)
                .contains((COMMON + ' ' + words).strip().split(" "));
        assertThat(help()).containsPattern("(?m)^  " + command + "\\b");
    }

    @Test
    void theExamplesAreThoseOfTheCommandAndFitA80ColumnTerminal() {
        assertThat(help()).containsPattern("(?m)^Examples:\\R.*\\R  qmpctl --socket \\S+ chain$");
        assertThat(help("commit")).contains("Examples:", "  qmpctl commit virtio0 --top snap2 --base snap1");
        assertThat(help("jobs")).doesNotContain("Examples:");
        Stream.of(help(), help("pull"), help("commit"), help("copy"))
                .map(help -> help.substring(help.indexOf("Examples:")))
                .flatMap(String::lines)
                .forEach(line ->
                        assertThat(line).hasSizeLessThanOrEqualTo(80).matches("Examples:|\\S.*[:.d]|  qmpctl .*"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 6, 7, 8, 130})
    void theHelpNamesTheExitCodes(int code) {
        assertThat(help()).containsPattern("(?m)^ +%d +\\w".formatted(code));
    }

    @Test
    @Timeout(300)
    void theVersionIsOneLine() {
        assertThat(Child.run("--version").with(0).withSilentErr().out()).matches("qmpctl .+\\n");
    }

    @Test
    @Timeout(300)
    void helpNeedsNoMonitorAndGoesToStandardOutput() {
        assertThat(Child.run("copy", "--help").with(0).withSilentErr().out()).startsWith("Usage: qmpctl copy");
        Child.run().with(2).withOneError("a command is missing").withSilentOut();
    }

    private static String help(String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = Main.run(
                new QmpCtl(stream, stream),
                Stream.concat(Stream.of(command), Stream.of("--help")).toArray(String[]::new));
        assertThat(code).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
