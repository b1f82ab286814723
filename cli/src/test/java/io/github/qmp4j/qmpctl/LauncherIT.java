package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell script that starts qmpctl, on machines of all sorts. */
@Timeout(300)
class LauncherIT {
    private static final String ELSEWHERE = "/usr/lib/jvm";

    @TempDir
    private Path folder;

    private Path home = Path.of("");

    @BeforeEach
    void unpack() {
        home = Installed.unpack(folder);
    }

    @Test
    void linksLeadToItFromAnywhereAndBlanksDoNotMatter() throws IOException {
        Path far = Files.createDirectories(folder.resolve("some where/else"));
        Path there = folder.resolve("with  blanks");
        Files.move(home, there);
        Files.createSymbolicLink(folder.resolve("direct"), there.resolve("bin/qmpctl"));
        Files.createSymbolicLink(far.resolve("twice"), Path.of("../../direct"));
        version(far.resolve("twice"), Map.of());
        // By its name alone, and in another folder.
        assertThat(Installed.run(
                        "env", "-C", "/", "PATH=" + there.resolve("bin") + ":" + System.getenv("PATH"), "qmpctl", "-V"))
                .startsWith("qmpctl ");
    }

    @Test
    void argumentsThatAreNotAsciiArriveInThePosixLocale() {
        // The shell makes the bytes, since this JVM may not be able to.
        String command = "LC_ALL=C exec \"$0\" --socket \"$(printf '/nowhere/gr\\303\\266sse')\" jobs";
        try (Child child = Child.ofLauncher(
                Path.of("/bin/sh"), Map.of(), "-c", command, launcher().toString())) {
            child.ended().with(3).withOneError("/nowhere/grösse:");
        }
    }

    @Test
    void withoutJavaThereIsOneClearSentence() throws IOException {
        hideTheUsualFolders();
        Map<String, String> bare = Map.of("PATH", toolsWithoutJava(), "JAVA_HOME", "");
        start(bare, "jobs")
                .with(1)
                .withSilentOut()
                .withOneError("^qmpctl: needs Java 17 or newer, and finds none: install it .*JAVA_HOME");
    }

    @ParameterizedTest
    @CsvSource({"11.0.26, 11", "1.8.0_442, 8"})
    void anOldJavaIsNamed(String version, String major) throws IOException {
        hideTheUsualFolders();
        Path old = java("old", version, "exit 99");
        start(Map.of("PATH", toolsWithoutJava(), "JAVA_HOME", old.toString()), "jobs")
                .with(1)
                .withSilentOut()
                .withOneError(
                        "^qmpctl: needs Java 17 or newer, and finds only Java " + major + " in " + old + ": install");
        Path path = Path.of(toolsWithoutJava());
        Files.createSymbolicLink(path.resolve("java"), old.resolve("bin/java"));
        start(Map.of("PATH", path.toString(), "JAVA_HOME", ""), "jobs").with(1).withOneError("only Java " + major);
    }

    @Test
    void theJavaOfJavaHomeIsTaken() throws IOException {
        Path other = java("other", "99.0.1", "echo \"$@\"");
        assertThat(start(Map.of("JAVA_HOME", other.toString()), "-o", "json", "jobs")
                        .with(0)
                        .out())
                .endsWith(" io.github.qmp4j.qmpctl.Main -o json jobs\n");
    }

    @Test
    void aJavaHomeThatIsTooOldOrGoneIsPassedOver() throws IOException {
        version(
                launcher(),
                Map.of("JAVA_HOME", java("old", "11.0.26", "exit 99").toString()));
        version(launcher(), Map.of("JAVA_HOME", folder.resolve("gone").toString()));
    }

    @Test
    void theFirstStartMakesAClassDataArchiveThatTheNextOnesUse() throws IOException {
        assertThat(Child.ofLauncher(launcher(), Map.of(), "__complete", "--", "pul")
                        .ended()
                        .with(0)
                        .out())
                .startsWith("pull");
        assertThat(home.resolve("class-data")).as("no archive is made at Tab").isEmptyDirectory();
        version(launcher(), Map.of());
        Path archive = only(home.resolve("class-data"));
        assertThat(Files.size(archive)).isPositive();
        assertMapped(archive, Map.of());
    }

    @Test
    void whereItMayNotWriteTheArchiveIsTheUsersOwn() throws IOException {
        Installed.run("rmdir", home.resolve("class-data").toString());
        Map<String, String> cache =
                Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());
        version(launcher(), cache);
        Path own = folder.resolve("cache/qmpctl");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
        assertMapped(only(own), cache);
    }

    @Test
    void whereItCanWriteNowhereItStartsAllTheSame() {
        Installed.run("rmdir", home.resolve("class-data").toString());
        version(launcher(), Map.of("XDG_CACHE_HOME", "/dev/null", "HOME", ""));
    }

    /** Asserts that a running qmpctl has mapped the file, by /proc. */
    private void assertMapped(Path archive, Map<String, String> environment) throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                Child child = Child.ofLauncher(
                        launcher(), environment, "--socket", qemu.monitor().toString(), "events")) {
            // The first event shows that it runs.
            await().until(() -> {
                qemu.oracle().execute("stop");
                qemu.oracle().execute("cont");
                return child.outSoFar().contains("RESUME");
            });
            assertThat(Files.readString(
                            Path.of("/proc", Long.toString(child.handle().pid()), "maps")))
                    .contains(archive.toString());
        }
    }

    private void hideTheUsualFolders() throws IOException {
        Path fragment = home.resolve("lib/jvm");
        String text = Files.readString(fragment);
        assertThat(text).contains(ELSEWHERE);
        Files.writeString(fragment, text.replace(ELSEWHERE, "/nonexistent"));
    }

    /** A folder for the PATH with the programs that the script calls, without Java. */
    private String toolsWithoutJava() throws IOException {
        Path bin = Files.createTempDirectory(folder, "bin");
        for (String tool : List.of("dirname", "readlink", "sed", "cat", "cksum", "tr", "locale", "mkdir", "mv", "rm")) {
            script(bin.resolve(tool), "exec /usr/bin/" + tool + " \"$@\"");
        }
        return bin.toString();
    }

    /** A Java installation of this version, whose program is a script. */
    private Path java(String name, String version, String script) throws IOException {
        Path installation = folder.resolve(name);
        Path program = Files.createDirectories(installation.resolve("bin")).resolve("java");
        Files.writeString(installation.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
        script(program, script);
        return installation;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    private Path launcher() {
        return home.resolve("bin/qmpctl");
    }

    private Ended start(Map<String, String> environment, String... arguments) {
        try (Child child = Child.ofLauncher(launcher(), environment, arguments)) {
            return child.ended();
        }
    }

    private static void version(Path launcher, Map<String, String> environment) {
        try (Child child = Child.ofLauncher(launcher, environment, "--version")) {
            assertThat(child.ended().with(0).withSilentErr().out()).startsWith("qmpctl ");
        }
    }
}
