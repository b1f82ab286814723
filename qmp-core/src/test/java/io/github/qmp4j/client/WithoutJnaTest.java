package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.FakeQemu;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JNA is optional: without it everything but descriptors works, and what is missing is said. */
@Timeout(300)
class WithoutJnaTest {

    @Test
    void theSessionWorksAndTheMissingLibraryIsNamed() throws IOException, InterruptedException {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("jna-"))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (FakeQemu fake =
                FakeQemu.responding().on("query-status", "{\"running\":true}").start()) {
            Process program = new ProcessBuilder(
                            java,
                            "-cp",
                            path,
                            WithoutJna.class.getName(),
                            fake.socket().toString())
                    .start();
            String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said.lines())
                    .containsExactly(
                            "{\"running\":true}",
                            "passing a file descriptor needs JNA (net.java.dev.jna:jna), which is missing");
            assertThat(program.waitFor()).isZero();
        }
    }
}
