package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private static final String SOCKET = "--socket=/nowhere/qmp.sock ";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "pull",
                "pull disk0 --speed=-1",
                "pull disk0 --speed=9999999999P",
                "pull disk0 --job-id=1x",
                "pull disk0 disk1 --job-id=x",
                "pull disk0 --base a --bottom b",
                "copy disk0 /c.qcow2",
                "copy disk0 c.qcow2 --format qcow2",
                "copy disk0 /c.qcow2 disk1 --format qcow2",
                "copy disk0 /c.qcow2 --format qcow2 --granularity 1000",
                "copy disk0 /c.qcow2 --format qcow2 --pivot --finish",
                "commit disk0 --detach --pivot",
                "commit disk0 --delete",
                "commit disk0 --delete --keep-overlay",
                "commit disk0 --top x --delete --detach",
                "commit disk0 --pivot --keep-overlay",
                "speed job 1X",
                "exec query-block []",
                "events --count 0",
                "--timeout 0s jobs",
                "--connect tcp:localhost:99999 jobs",
                "demo --size 1"
            })
    void whatCannotBeUnderstoodIsOneLineAndExitCode2(String arguments) {
        assertThat(run(SOCKET + arguments)).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8).strip().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "merge disk0, there is no command 'merge'; perhaps commit or pull; see: qmpctl --help",
        "blockcopy, there is no command 'blockcopy'; perhaps copy;",
        "comit, there is no command 'comit'; perhaps commit",
        "frobnicate, there is no command 'frobnicate'; see",
        "--frobnicate jobs, --frobnicate"
    })
    void aCommandThatIsNotThereIsNamed(String arguments, String sentence) {
        assertThat(run(SOCKET + arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pull disk0 --speed=-1", "copy disk0 c.qcow2 --format raw", "commit a --job-id=-"})
    void aJobThatIsRefusedHasItsResultLineAllTheSame(String arguments) {
        assertThat(run(SOCKET + "-o json " + arguments)).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"type\":\"result\",\"outcome\":\"refused\",\"job\":null,")
                .satisfies(text -> assertThat(text.lines()).hasSize(1));
    }

    @Test
    void aMonitorThatIsNotThereIsExitCode3(@TempDir Path folder) {
        String socket = "--socket=" + folder.resolve("none");
        assertThat(run(socket + " disks")).isEqualTo(3);
        assertThat(run(socket + " -o json pull disk0")).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"outcome\":\"refused\"");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.contains("no such file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "pull --help", "commit --help", "copy --help", "demo --help", "exec -h"})
    void helpIsWhatWasAskedFor(String arguments) {
        assertThat(run(arguments)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: qmpctl");
    }

    private int run(String arguments) {
        QmpCtl ctl = new QmpCtl(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.run(ctl, arguments.strip().split(" +"));
    }
}
