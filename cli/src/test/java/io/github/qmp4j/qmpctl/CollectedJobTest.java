package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A later qmpctl collects jobs that another client has cancelled after their own qmpctl was gone. */
@Timeout(300)
class CollectedJobTest {
    private static final Vm VM = new Vm();

    private final ChainedDisk disk = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @AfterEach
    void nothingIsLeft() {
        VM.assertNoJobs();
        assertThat(VM.ask("qom-list", "{\"path\":\"/objects\"}"))
                .noneMatch(object -> object.path("name").asText().startsWith("qmpctl-"));
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    private static void cancel(String id) {
        VM.ask("job-cancel", "{\"id\":\"" + id + "\"}");
        await().until(() -> VM.onlyJob().path("status").asText().equals("concluded"));
    }

    private static void assertCancelledCopy(Ended ended, Path file) {
        JsonNode result = ended.with(4).result();
        assertThat(result.path("outcome").asText()).isEqualTo("cancelled");
        assertThat(result.path("pivoted").asBoolean(true)).isFalse();
        assertThat(result.path("leftovers")).hasSize(1);
        assertThat(result.at("/leftovers/0/kind").asText()).isEqualTo("file");
        assertThat(result.at("/leftovers/0/name").asText()).isEqualTo(file.toString());
        assertThat(Files.exists(file)).isTrue();
    }

    @Test
    void waitTellsThatADetachedCopyWasCancelledAndNamesItsFile() {
        Path file = VM.path("w.qcow2");
        VM.qmpctl(
                        "copy",
                        disk.name(),
                        file.toString(),
                        "--format",
                        "qcow2",
                        "--speed",
                        "16K",
                        "--detach",
                        "--job-id",
                        "w1")
                .with(0);
        cancel("w1");
        assertCancelledCopy(VM.qmpctl("-o", "json", "wait", "w1"), file);
    }

    @Test
    void pivotTellsThatACopyThatWasLeftReadyWasCancelledAndNamesItsFile() {
        Path file = VM.path("p.qcow2");
        VM.qmpctl("copy", disk.name(), file.toString(), "--format", "qcow2", "--job-id", "p1")
                .with(0);
        cancel("p1");
        assertCancelledCopy(VM.qmpctl("-o", "json", "pivot", "p1"), file);
    }

    @Test
    void waitTellsThatADetachedPullWasCancelled() {
        VM.qmpctl("pull", disk.name(), "--speed", "16K", "--detach", "--job-id", "l1")
                .with(0);
        cancel("l1");
        assertThat(VM.qmpctl("wait", "l1").with(4).err()).contains("l1: cancelled");
    }

    /** A pivot after another client's finish has nothing to switch, and the copy is a leftover. */
    @Test
    void pivotNamesTheFileOfACopyThatWasFinished() {
        Path file = VM.path("f.qcow2");
        VM.qmpctl("copy", disk.name(), file.toString(), "--format", "qcow2", "--job-id", "f1")
                .with(0);
        VM.ask("block-job-cancel", "{\"device\":\"f1\"}");
        await().until(() -> VM.onlyJob().path("status").asText().equals("concluded"));
        JsonNode result = VM.qmpctl("-o", "json", "pivot", "f1").result();
        assertThat(result.path("outcome").asText()).isEqualTo("unknown");
        assertThat(result.at("/leftovers/0/name").asText()).isEqualTo(file.toString());
    }
}
