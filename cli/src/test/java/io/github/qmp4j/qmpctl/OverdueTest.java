package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exit code 5: qmpctl leaves an overdue job running, and does not report it as failed. */
@Timeout(300)
class OverdueTest {
    private static final String SLOW = "16K";
    private static final Vm VM = new Vm();

    private final ChainedDisk disk = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @AfterEach
    void noJobIsLeft() {
        VM.assertNoJobs();
    }

    private void assertLeftRunning(Ended ended, String why) {
        assertThat(ended.with(5).err())
                .startsWith("qmpctl: ")
                .contains(why + "; it is left running as it is", "watch it again with: ");
        assertThat(ended.result().path("outcome").asText()).isEqualTo("unknown");
        assertThat(ended.result().path("pivoted").isNull()).isTrue();
        String id = VM.onlyJob().path("id").asText();
        assertThat(ended.result().path("job").asText()).isEqualTo(id);
        assertThat(VM.onlyJob().path("status").asText()).isEqualTo("running");
        VM.qmpctl("cancel", id).with(4);
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void aJobThatMakesNoProgressIsLeftRunning() {
        assertLeftRunning(
                VM.qmpctl("-o", "json", "pull", disk.name(), "--speed", SLOW, "--stall", "2s"), "it makes no progress");
    }

    @Test
    void aJobThatHasNotEndedByItsDeadlineIsLeftRunning() {
        assertLeftRunning(
                VM.qmpctl("-o", "json", "commit", disk.name(), "--pivot", "--speed", SLOW, "--deadline", "1500ms"),
                "it has not ended within its deadline");
    }

    @Test
    void saysHowToWatchItAgain() {
        Ended ended = VM.qmpctl("pull", disk.name(), "--speed", SLOW, "--deadline", "1s", "--job-id", "late")
                .with(5);
        assertThat(ended.out()).contains("watch it again with: ", "wait late");
        VM.qmpctl("cancel", "late").with(4);
    }

    @Test
    void aWaitForAJobOfSomebodyElseIsLimitedToo() {
        VM.qmpctl("pull", disk.name(), "--speed", SLOW, "--job-id", "theirs", "--detach")
                .with(0);
        assertThat(VM.qmpctl("wait", "theirs", "--deadline", "1s").with(5).err())
                .contains("it has not ended within its deadline; it is left running as it is");
        assertLeftRunning(
                VM.qmpctl("-o", "json", "wait", "theirs", "--stall", "1s", "--deadline", "1h"), "it makes no progress");
    }

    @Test
    void aWaitThatIsLongEnoughEndsWithTheJob() {
        VM.qmpctl("pull", disk.name(), "--speed", "16M", "--job-id", "theirs", "--detach")
                .with(0);
        VM.qmpctl("wait", "theirs", "--deadline", "1h", "--stall", "3s").with(0);
        disk.assertChain("active");
    }

    @Test
    void aJobThatEndsInTimeIsDone() {
        VM.qmpctl("pull", disk.name(), "--deadline", "1h", "--stall", "30m")
                .with(0)
                .withSilentErr();
        disk.assertChain("active");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void limitsDoNotGoWithAStartThatWaitsForNothing() {
        VM.qmpctl("pull", disk.name(), "--detach", "--stall", "5s")
                .with(2)
                .withOneError("--detach waits for nothing.*--deadline or --stall");
        VM.qmpctl("pull", disk.name(), "--stall", "0s").with(2).withOneError("'0s' is not positive");
    }
}
