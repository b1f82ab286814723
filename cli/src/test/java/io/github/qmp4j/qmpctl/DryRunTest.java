package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --dry-run} starts nothing, and the commands that it prints start the job. */
@Timeout(600)
class DryRunTest {
    private static final Vm VM = new Vm();

    @AfterAll
    static void end() {
        VM.close();
    }

    private static Ended dryRun(String... arguments) {
        JsonNode nodes = VM.ask("query-named-block-nodes");
        List<String> files = VM.files();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--dry-run");
        Ended ended = VM.qmpctl(all.toArray(String[]::new));
        VM.assertNoJobs();
        assertThat(VM.ask("query-named-block-nodes")).isEqualTo(nodes);
        assertThat(VM.files()).isEqualTo(files);
        return ended;
    }

    @Test
    void drawsTheChainAfterAPullAndPrintsALineForExec() {
        ChainedDisk disk = VM.disk();
        List<String> lines = dryRun("pull", disk.name(), "--base", disk.node("base"), "--job-id", "p1")
                .with(0)
                .withSilentErr()
                .out()
                .lines()
                .toList();
        assertThat(lines.get(0)).isEqualTo(disk.name() + " after the pull:");
        assertThat(lines.get(1)).contains("└─ " + disk.node("active"));
        assertThat(lines.get(2)).contains("   └─ " + disk.node("base"));
        assertThat(lines.get(3)).isEqualTo("Commands for qmpctl exec:");
        disk.assertChain("active", "snap2", "snap1", "base");

        String[] words = lines.get(4).split(" ", 2);
        assertThat(words[1]).startsWith("'{").endsWith("}'");
        VM.qmpctl("exec", words[0], words[1].substring(1, words[1].length() - 1))
                .with(0);
        VM.qmpctl("wait", "p1").with(0);
        disk.assertChain("active", "base");
    }

    @Test
    void printsOneObjectALineForACommit() {
        ChainedDisk disk = VM.disk();
        List<JsonNode> lines = dryRun("-o", "json", "commit", disk.name(), "--pivot", "--job-id", "c1")
                .with(0)
                .withSilentErr()
                .lines();
        assertThat(lines).extracting(line -> line.path("type").asText()).containsExactly("preview", "node", "command");
        assertThat(lines.get(0).path("job").asText()).isEqualTo("c1");
        assertThat(lines.get(0).path("kind").asText()).isEqualTo("commit");
        assertThat(lines.get(0).path("invalidated")).hasSize(3);
        assertThat(lines.get(1).path("node").asText()).isEqualTo(disk.node("base"));
        assertThat(lines.get(2).path("execute").asText()).isEqualTo("block-commit");
        assertThat(lines.get(2).path("arguments").path("base-node").asText()).isEqualTo(disk.node("base"));
    }

    @Test
    void keepsTheChainWhereTheOverlayIsKept() {
        ChainedDisk disk = VM.disk();
        List<JsonNode> lines = dryRun("-o", "json", "commit", disk.name(), "--keep-overlay")
                .with(0)
                .lines();
        assertThat(lines)
                .extracting(line -> line.path("type").asText())
                .containsExactly("preview", "node", "node", "node", "node", "command");
    }

    @Test
    void showsTheTargetOfACopyAndMakesNone() {
        ChainedDisk disk = VM.disk();
        String target = VM.path("copy.qcow2").toString();
        assertThat(dryRun("copy", disk.name(), target, "--format", "qcow2", "--shallow", "--pivot")
                        .with(0)
                        .withSilentErr()
                        .out())
                .contains("after the copy", target, disk.node("snap2"), "drive-mirror '{\"job-id\":\"copy-");
    }

    @Test
    void isRefusedLikeTheJobItself() {
        ChainedDisk disk = VM.disk();
        dryRun("pull", disk.name(), "--base", "nothing")
                .with(1)
                .withOneError("would be refused: base 'nothing' is not");
        dryRun("-o", "json", "pull", disk.name(), "--base", "nothing").with(1).withRefusal();
        String busy = VM.qmpctl("pull", disk.name(), "--detach", "--speed", "64K")
                .with(0)
                .out()
                .strip();
        VM.qmpctl("commit", disk.name(), "--dry-run").with(7).withOneError("in use by job " + busy);
        VM.qmpctl("cancel", busy).with(4);
    }
}
