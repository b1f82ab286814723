package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code qmpctl shell} from a pipe, on a real QEMU, checked by a second monitor. */
@Timeout(300)
class ShellTest {
    private static final Vm VM = new Vm();
    private static final ChainedDisk DISK = VM.disk(1);

    @AfterAll
    static void end() {
        VM.close();
    }

    @Test
    void eachLineIsACommandInAnyOfItsForms() {
        Ended ended = shell("""
                # a comment, and an empty line

                query-status
                query-version {}
                human-monitor-command command-line="info name"
                {"execute":"query-name"}
                """).with(0).withSilentErr();
        assertThat(ended.out())
                .contains("\"status\" : \"prelaunch\"", "\"package\"")
                .doesNotContain("qmp>", "\033");
    }

    @Test
    void theHumanMonitorPrintsAsItDoes() {
        assertThat(shell("hmp info block\n").with(0).withSilentErr().out())
                .contains(DISK.node("active") + ": ")
                .doesNotContain("\\n", "\r");
        assertThat(shell("hmp info status\n", "-o", "json").with(0).lines("return"))
                .singleElement()
                .satisfies(line -> assertThat(line.path("return").asText()).startsWith("VM status: "));
        shell("hmp\n").with(1);
    }

    @Test
    void withJsonEachAnswerIsAnObjectThatSaysWhatItIs() {
        Ended ended = shell("query-status\nno-such\n", "-o", "json").with(1);
        List<JsonNode> lines = ended.lines();
        assertThat(lines).extracting(line -> line.path("type").asText()).containsExactly("return", "error");
        assertThat(lines.get(0).path("command").asText()).isEqualTo("query-status");
        assertThat(lines.get(0).path("return").path("status").asText()).isEqualTo("prelaunch");
        assertThat(lines.get(1).path("line").asInt()).isEqualTo(2);
        ended.withOneError("^qmpctl shell: line 2: .*no-such");
    }

    @Test
    void aLineThatGoesWrongDoesNotStopTheRestAndDecidesTheExitCode() {
        Ended ended = shell("query-status x\nquery-name\n").with(1).withOneError("line 1: .*'x'");
        assertThat(ended.out()).isEqualTo("{ }\n");
    }

    @Test
    void theWordThatEndsQemuIsNotTakenForTheOneThatLeavesTheShell() {
        shell("quit\n").with(1).withOneError("exit").withSilentOut();
        assertThat(VM.ask("query-status").path("status").asText()).isEqualTo("prelaunch");
        assertThat(shell("exit\nno-such\n").with(0).withSilentErr().out()).isEmpty();
    }

    @Test
    void helpShowsWhatACommandTakes() {
        assertThat(shell("help block-commit\n").with(0).withSilentErr().out())
                .startsWith("block-commit: command, returns nothing\n")
                .containsPattern("(?m)^top-node +optional");
        assertThat(shell("help\n").with(0).withSilentErr().out()).contains("transaction", "exit");
        shell("help no-such\n").with(1).withOneError("no-such").withSilentOut();
    }

    @Test
    void aTransactionIsDoneWholeOrNotAtAll() {
        String bitmap = "block-dirty-bitmap-add node=" + DISK.node("active") + " name=";
        Ended done = shell("transaction\n" + bitmap + "one\n" + bitmap + "two\nshow\ncommit\n")
                .with(0)
                .withSilentErr();
        assertThat(done.out().lines().filter(line -> line.startsWith("block-dirty-bitmap-add {")))
                .hasSize(2);
        assertThat(bitmaps()).contains("one", "two");
        shell("transaction\n" + bitmap + "three\n" + bitmap + "one\ncommit\n")
                .with(1)
                .withOneError("line 4: QEMU refused transaction: .*one");
        assertThat(bitmaps()).contains("one", "two").doesNotContain("three");
    }

    @Test
    void aTransactionThatIsAbortedOrLeftOpenSendsNothing() {
        String bitmap = "block-dirty-bitmap-add node=" + DISK.node("active") + " name=never\n";
        assertThat(shell("transaction\n" + bitmap + "abort\n")
                        .with(0)
                        .withSilentErr()
                        .out())
                .contains("aborted");
        shell("transaction\n" + bitmap).with(1).withOneError("neither committed nor aborted");
        shell("commit\n").with(1).withOneError("no transaction to commit");
        shell("transaction\ncommit\nabort\n").with(1).withOneError("no actions");
        assertThat(bitmaps()).doesNotContain("never");
    }

    @Test
    void anActionThatQemuWouldNotTakeIsRefusedAtOnce() {
        shell("transaction\nquery-status\nabort\n").with(1).withOneError("line 2: .*query-status");
        shell("transaction\nblock-dirty-bitmap-add node=x nam=y\nabort\n")
                .with(1)
                .withOneError("line 2: .*nam");
    }

    @Test
    void eventsComeAsTheyHappen() {
        try (Child shell = Child.listening(Map.of(), VM.onMonitor("shell"))) {
            // The answer shows that it listens.
            shell.type("query-name\n").awaitOut("\\{ }");
            VM.ask("system_reset");
            shell.awaitOut("(?m)^\\S+Z  RESET  \\{").typeNoMore();
            shell.ended().with(0).withSilentErr();
        }
    }

    @Test
    void aQemuThatDiesEndsTheShell() {
        try (Vm doomed = new Vm();
                Child shell = Child.listening(Map.of(), doomed.onMonitor("shell"))) {
            shell.type("query-name\n").awaitOut("\\{ }");
            doomed.qemu.kill();
            shell.ended().with(3).withOneError("closed|ended|lost");
        }
    }

    @Test
    void execTakesTheSameForms() {
        VM.qmpctl("exec", "block-dirty-bitmap-add", "node=" + DISK.node("active"), "name=\"5\"")
                .with(0)
                .withSilentErr();
        assertThat(bitmaps()).contains("5");
        assertThat(VM.qmpctl("exec", "human-monitor-command", "command-line=info version")
                        .with(0)
                        .withSilentErr()
                        .out())
                .contains(".");
        VM.qmpctl("exec", "query-status", "a").with(2).withOneError("'a'|JSON").withSilentOut();
    }

    @Test
    void aCommandCanGoOutOfBandWhereQemuAllowsIt() {
        VM.qmpctl("exec", "query-status", "--oob")
                .with(1)
                .withOneError("query-status")
                .withSilentOut();
        VM.qmpctl("exec", "yank", "instances=[]", "--oob").with(0).withSilentErr();
    }

    private static Ended shell(String input, String... options) {
        String[] all = new String[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "shell";
        try (Child shell = Child.listening(Map.of(), VM.onMonitor(all))) {
            return shell.type(input).typeNoMore().ended();
        }
    }

    private static List<String> bitmaps() {
        return StreamSupport.stream(VM.ask("query-named-block-nodes").spliterator(), false)
                .filter(node -> node.path("node-name").asText().equals(DISK.node("active")))
                .flatMap(node -> StreamSupport.stream(node.path("dirty-bitmaps").spliterator(), false))
                .map(bitmap -> bitmap.path("name").asText())
                .toList();
    }
}
