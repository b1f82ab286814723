package io.github.qmp4j.qmpctl.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.qmpctl.TerminalTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ManPagesTest {
    @TempDir
    private Path folder;

    @TempDir
    private Path other;

    @BeforeEach
    void write() throws IOException {
        ManPages.main(new String[] {folder.toString()});
    }

    @Test
    void thereIsOneForQmpctlAndOneForEachCommandThatItsHelpLists() throws IOException {
        List<String> pages;
        try (Stream<Path> files = Files.list(folder)) {
            pages = files.map(file -> file.getFileName().toString()).toList();
        }
        assertThat(pages)
                .contains("qmpctl.1", "qmpctl-pull.1", "qmpctl-shell.1")
                .doesNotContain("qmpctl-__complete.1");
        assertThat(Files.readString(folder.resolve("qmpctl.1")))
                .contains(".SH COMMANDS", ".SH EXIT STATUS", "QMPCTL_SOCKET");
    }

    @Test
    void manShowsThemWithoutAWarning() throws Exception {
        assumeTrue(TerminalTest.isThere("groff"), "there is no groff here");
        Path warnings = other.resolve("warnings");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path page : files.toList()) {
                Process groff = new ProcessBuilder("groff", "-man", "-ww", "-Tutf8", "-P-cbou", page.toString())
                        .redirectError(warnings.toFile())
                        .start();
                String text = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(groff.waitFor()).isZero();
                assertThat(warnings).isEmptyFile();
                assertThat(text).contains("SYNOPSIS", "OPTIONS", "--socket PATH");
            }
        }
    }
}
