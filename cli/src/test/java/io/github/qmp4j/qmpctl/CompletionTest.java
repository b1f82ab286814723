package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Completion in real shells, with names from a live monitor. */
@Timeout(300)
class CompletionTest {
    private static final Vm VM = new Vm();
    private static final ChainedDisk DISK = VM.disk(1);

    @TempDir
    private Path folder;

    @AfterAll
    static void end() {
        VM.close();
    }

    @Test
    void whatIsAskedForIsKnownByThePlaceOfTheWord() {
        assertThat(words("pul")).containsExactly("pull");
        assertThat(words("pull", "")).containsExactly(DISK.name());
        assertThat(words("pull", DISK.name(), "--base", "s")).containsExactly(DISK.node("snap1"), DISK.node("snap2"));
        assertThat(words("pull", "--on-error", "")).containsExactly("enospc", "ignore", "report", "stop");
        assertThat(words("pull", "--on-error=i")).containsExactly("--on-error=ignore");
        assertThat(words("copy", "")).containsExactly(DISK.name());
        assertThat(words("copy", DISK.name(), "")).containsExactly(":files");
        assertThat(words("--trace", "")).containsExactly(":files");
        assertThat(words("exec", "job-ca")).containsExactly("job-cancel");
        assertThat(words("exec", "job-cancel", "")).containsExactly("id=");
        assertThat(words("schema", "block-com")).containsExactly("block-commit");
        assertThat(words("events", "--filter", "RES")).contains("RESET", "RESUME");
        assertThat(words("completion", "")).containsExactly("bash", "fish", "zsh");
        assertThat(words("commit", "--"))
                .contains("--pivot", "--top", "--socket")
                .doesNotContain("--");
        assertThat(words("__")).isEmpty();
    }

    @Test
    void jobsAreThoseThatThereAre() {
        VM.qmpctl("commit", DISK.name(), "--shallow", "--job-id", "c1").with(0);
        assertThat(VM.qmpctl("__complete", "--", "--socket", VM.qemu.monitor().toString(), "wait", "")
                        .with(0)
                        .out())
                .isEqualTo("c1\tcommit, ready\n");
        VM.qmpctl("cancel", "c1").with(4);
    }

    @Test
    void withoutAMonitorThereIsSilence() {
        assertThat(Child.run("__complete", "--", "--socket", "/nowhere", "pull", "")
                        .with(0)
                        .withSilentErr()
                        .out())
                .isEmpty();
        assertThat(Child.run("__complete", "--", "pull", "")
                        .with(0)
                        .withSilentErr()
                        .out())
                .isEmpty();
    }

    @Test
    void bashTakesIt() throws Exception {
        assertThat(bash("qmpctl pull ")).containsExactly(DISK.name());
        assertThat(bash("qmpctl pull --on-error=i")).containsExactly("ignore");
        assertThat(bash("qmpctl pull --base s")).contains(DISK.node("snap1"));
    }

    @Test
    void zshTakesIt() throws Exception {
        assumeTrue(TerminalTest.isThere("zsh"), "there is no zsh here");
        // zsh would offer the arguments of compadd.
        String output = run(
                "zsh",
                "-f",
                "-c",
                "compdef() { :; }; compset() { :; }; _files() { print -r -- FILES; };"
                        + " compadd() { print -r -- ${(P)@[-1]}; }; eval \"$(qmpctl completion zsh)\";"
                        + " words=(qmpctl pull ''); CURRENT=3; _qmpctl; words=(qmpctl exec job-cancel ''); CURRENT=4; _qmpctl;"
                        + " words=(qmpctl --trace ''); CURRENT=3; _qmpctl");
        assertThat(output.lines()).containsExactly(DISK.name(), "id=", "FILES");
    }

    @Test
    void fishTakesIt() throws Exception {
        assumeTrue(TerminalTest.isThere("fish"), "there is no fish here");
        String output = run(
                "fish",
                "--no-config",
                "-c",
                "qmpctl completion fish | source; complete -C 'qmpctl pull '; complete -C 'qmpctl exec job-can'");
        assertThat(output.lines())
                .anyMatch(line -> line.startsWith(DISK.name() + "\t"))
                .contains("job-cancel");
    }

    private static List<String> words(String... typed) {
        String[] all = new String[typed.length + 4];
        List<String> start =
                List.of("__complete", "--", "--socket", VM.qemu.monitor().toString());
        for (int i = 0; i < all.length; i++) {
            all[i] = i < start.size() ? start.get(i) : typed[i - start.size()];
        }
        return Child.run(all)
                .with(0)
                .withSilentErr()
                .out()
                .lines()
                .map(line -> line.replaceFirst("\t.*", ""))
                .toList();
    }

    private List<String> bash(String line) throws Exception {
        return run(
                        "bash",
                        "--norc",
                        "-c",
                        "compopt() { :; }; eval \"$(qmpctl completion bash)\"; COMP_LINE=\"$1\"; COMP_POINT=${#1};"
                                + " _qmpctl; printf '%s\\n' \"${COMPREPLY[@]}\"",
                        "bash",
                        line)
                .lines()
                .toList();
    }

    /** Runs a shell with a program qmpctl on its PATH. */
    private String run(String... command) throws IOException, InterruptedException {
        Path program = folder.resolve("qmpctl");
        String java = Child.javaCommand().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Files.writeString(program, "#!/bin/sh\nexec " + java + " \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "QMPCTL_SOCKET",
                        VM.qemu.monitor().toString(),
                        "PATH",
                        folder + ":" + System.getenv("PATH"),
                        "HOME",
                        folder.toString(),
                        "LC_ALL",
                        "C.UTF-8"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
