package io.github.qmp4j.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.FakeQemu;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A JVM of its own, since the one of the tests has all the optional parts, and its loggers are set up already. */
@Timeout(300)
class WithoutOptionalPartsTest {

    private static String run(FakeQemu qemu, String level) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("micrometer"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules=java.base,java.xml,java.sql,java.desktop,jdk.unsupported",
                        "-Dorg.slf4j.simpleLogger.log.qmp.wire=" + level,
                        "-cp",
                        classPath,
                        BareProgram.class.getName(),
                        "unix:" + qemu.socket())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void sessionWorksWithoutThemAndTheLoggerShowsTheWire() throws Exception {
        // case 11
        try (FakeQemu qemu = FakeQemu.responding().on("set_password", "{}").start()) {
            assertThat(run(qemu, "trace"))
                    .containsOnlyOnce("TRACE qmp.wire - unix:" + qemu.socket() + "#1 <- {\"QMP\":")
                    .containsOnlyOnce(
                            "#1 -> {\"execute\":\"set_password\",\"arguments\":{\"password\":\"***\"},\"id\":1}")
                    .containsOnlyOnce("#1 <- {\"return\":{},\"id\":1}")
                    .doesNotContain("hunter2");
            assertThat(run(qemu, "info")).contains("done").doesNotContain("qmp.wire");
            assertThat(qemu.received())
                    .filteredOn(got -> got.toString().contains("hunter2"))
                    .hasSize(2);
        }
    }
}
