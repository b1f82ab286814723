package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The monitor: from the option, else from the environment, else from the configuration. */
@Timeout(300)
class DefaultMonitorTest {
    private static RealQemu qemu;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        qemu = RealQemu.builder().machine("none").start();
    }

    @AfterAll
    static void end() {
        qemu.close();
    }

    @Test
    void theEnvironmentNamesOne() {
        run(Map.of("QMPCTL_SOCKET", qemu.monitor().toString()), "jobs").with(0).withSilentErr();
        run(Map.of("QMPCTL_SOCKET", "unix:" + qemu.monitor()), "jobs").with(0).withSilentErr();
        run(Map.of("QMPCTL_SOCKET", "/nowhere"), "--socket", qemu.monitor().toString(), "jobs")
                .with(0);
    }

    @Test
    void theConfigurationNamesSomeAndTheUsualOne() throws IOException {
        configure("# those of this host\nsocket.web = %s\nsocket.gone = /nowhere\ndefault = web\n"
                .formatted(qemu.monitor()));
        run(Map.of(), "jobs").with(0).withSilentErr();
        run(Map.of(), "--socket", "web", "jobs").with(0).withSilentErr();
        run(Map.of("QMPCTL_SOCKET", "web"), "jobs").with(0).withSilentErr();
        run(Map.of(), "--socket", "gone", "jobs").with(3).withOneError("/nowhere");
        run(Map.of("QMPCTL_SOCKET", "gone"), "jobs").with(3).withOneError("/nowhere");
        run(Map.of(), "--socket", "web", "--connect", "tcp:h:1", "jobs").with(2).withOneError("exclude");
    }

    @Test
    void withoutAnyTheErrorSaysWhereOneCouldStand() {
        run(Map.of(), "jobs")
                .with(2)
                .withOneError("--socket.*--connect.*QMPCTL_SOCKET.*" + folder.resolve("qmpctl/config"))
                .withSilentOut();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "sockets.a = /x ; 'sockets.a'.*default and socket.NAME",
                "socket.a/b = /x ; 'socket.a/b'",
                "default = ; 'default'.*no value",
                "default = tcp:h:x ; default in .*config: .*'x'",
                "default = unix: ; default in .*config: .*empty",
                "default = \\u00g0 ; cannot read .*config",
            })
    void aConfigurationThatCannotBeUsedIsNamedWithItsFault(String text, String pattern) throws IOException {
        configure(text);
        run(Map.of(), "jobs").with(2).withOneError(pattern).withSilentOut();
        run(Map.of(), "-o", "json", "pull", "d").with(2).withOneError(pattern).withRefusal();
        run(Map.of(), "-o", "json", "wait", "j").with(2).withOneError(pattern).withRefusal();
    }

    @Test
    void aTraceShowsBothDirections() throws IOException {
        Path trace = folder.resolve("trace");
        run(Map.of(), "--socket", qemu.monitor().toString(), "--trace", trace.toString(), "exec", "query-name")
                .with(0)
                .withSilentErr();
        List<String> lines = Files.readAllLines(trace);
        assertThat(lines)
                .anyMatch(line -> line.contains(" <- ") && line.contains("\"QMP\""))
                .anyMatch(line -> line.contains(" -> ") && line.contains("\"query-name\""))
                .last()
                .asString()
                .contains(" <- ", "\"return\"");
    }

    @Test
    void aTraceThatCannotBeWrittenIsRefusedBeforeAnythingIsSent() {
        String socket = qemu.monitor().toString();
        run(Map.of(), "--socket", socket, "--trace", folder.toString(), "jobs")
                .with(2)
                .withOneError("trace.*" + folder);
        run(Map.of(), "--socket", socket, "--trace", folder.resolve("no/trace").toString(), "-o", "json", "pull", "d")
                .with(2)
                .withOneError("no/trace")
                .withRefusal();
    }

    private void configure(String text) throws IOException {
        Files.createDirectories(folder.resolve("qmpctl"));
        Files.writeString(folder.resolve("qmpctl/config"), text);
    }

    private Ended run(Map<String, String> environment, String... arguments) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("XDG_CONFIG_HOME", folder.toString());
        try (Child child = Child.start(List.of(), all, arguments)) {
            return child.ended();
        }
    }
}
