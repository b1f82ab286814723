package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The distributed qmpctl, unpacked into a path with a blank. */
final class Installed {
    private static final String ARCHIVE = System.getProperty("qmpctl.installed", "");
    private static final long LIMIT_SECONDS = 60;

    private Installed() {}

    /** Unpacked once in each JVM, when the first test needs it. */
    private static final class Unpacked {
        static final Path HOME = unpack(fresh(Path.of(System.getProperty("qmpctl.unpacked"))));
    }

    /** Whether the build has made the archive. */
    static boolean isTested() {
        return !ARCHIVE.isEmpty();
    }

    static Path archive() {
        assertThat(ARCHIVE).as("the archive is made by the whole build only").isNotEmpty();
        return Path.of(ARCHIVE);
    }

    /** The Debian package beside the archive. */
    static Path debianPackage() {
        try (Stream<Path> files = Files.list(archive().toAbsolutePath().getParent())) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(".deb")).toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path home() {
        return Unpacked.HOME;
    }

    static Path launcher() {
        return home().resolve("bin/qmpctl");
    }

    /** Unpacks another one into a folder, and returns its home. */
    static Path unpack(Path folder) {
        run("tar", "-xzf", archive().toString(), "-C", folder.toString());
        return folder.resolve(archive().getFileName().toString().replace(".tar.gz", ""));
    }

    private static Path fresh(Path folder) {
        run("rm", "-rf", folder.toString());
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs another program, asserts that it succeeds, and returns its output. */
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", List.of(command), output)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
