package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that one qmpctl leaves READY and another one ends. */
@Timeout(300)
class ReadyJobTest {
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

    @Test
    void aCommitWithoutAnEndingIsLeftReadyAndASecondCallPivotsIt() {
        Ended left = VM.qmpctl("commit", disk.name(), "--shallow", "--job-id", "c1")
                .with(0)
                .withSilentErr();
        assertThat(left.out()).contains("c1: ready", "pivot c1");
        assertThat(VM.onlyJob().path("id").asText()).isEqualTo("c1");
        assertThat(VM.onlyJob().path("status").asText()).isEqualTo("ready");
        Ended ended = VM.qmpctl("pivot", "c1").with(0).withSilentErr();
        assertThat(ended.out()).contains("c1: completed, pivoted");
        disk.assertChain("snap2", "snap1", "base");
        disk.assertUnchanged(disk.image("snap2"));
    }

    @Test
    void aCopyWithoutAnEndingIsLeftReadyAndASecondCallFinishesIt() {
        Path copy = copy("f1");
        assertThat(VM.onlyJob().path("status").asText()).isEqualTo("ready");
        assertThat(VM.qmpctl("finish", "f1").with(0).withSilentErr().out())
                .contains("f1: completed")
                .doesNotContain("pivoted");
        disk.assertChain("active", "snap2", "snap1", "base");
        disk.assertUnchanged(copy);
    }

    @Test
    void aCopyWithoutAnEndingIsLeftReadyAndASecondCallCancelsIt() {
        copy("x1");
        Ended ended = VM.qmpctl("-o", "json", "cancel", "x1").with(4);
        assertThat(ended.result().path("outcome").asText()).isEqualTo("cancelled");
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void waitSaysOfAReadyJobThatItIsReady() {
        copy("w1");
        Ended ended = VM.qmpctl("-o", "json", "wait", "w1").with(0);
        assertThat(ended.result().path("outcome").asText()).isEqualTo("ready");
        VM.qmpctl("pivot", "w1").with(0);
    }

    @Test
    void aDetachedJobIsWaitedForByASecondCall() {
        Ended started = VM.qmpctl("pull", disk.name(), "--detach", "--job-id", "d1", "--speed", "16M");
        assertThat(started.with(0)
                        .withOneError("waits in PENDING at its end, and keeps its chain; .* wait d1$")
                        .out())
                .isEqualTo("d1\n");
        Ended ended = VM.qmpctl("-o", "json", "wait", "d1").with(0);
        assertThat(ended.result().path("outcome").asText()).isEqualTo("completed");
        disk.assertChain("active");
        disk.assertUnchanged(disk.image("active"));
    }

    private String detachedInPending() {
        String id = VM.qmpctl("pull", disk.name(), "--base", disk.node("base"), "--detach")
                .with(0)
                .out()
                .strip();
        await().until(() -> VM.onlyJob().path("status").asText().equals("pending"));
        return id;
    }

    @Test
    void aDetachedJobThatHasMovedItsDataKeepsItsChainAndEveryoneSaysWhatToDo() {
        String id = detachedInPending();
        VM.qmpctl("-o", "json", "pull", disk.name())
                .with(7)
                .withOneError("job " + id + ", which waits in PENDING.*qmpctl wait " + id)
                .withRefusal();
        assertThat(VM.qmpctl("jobs").with(0).out())
                .contains("pending", id + " has moved its data and waits in PENDING", "wait " + id);
        assertThat(VM.qmpctl("job", id).with(0).out()).contains("waits in PENDING", "wait " + id);
        assertThat(VM.qmpctl("doctor").out()).contains("waits in PENDING", "wait " + id);
        disk.assertChain("active", "snap2", "snap1", "base");

        Ended ended = VM.qmpctl("-o", "json", "wait", id).with(0).withSilentErr();
        assertThat(ended.result().path("outcome").asText()).isEqualTo("completed");
        disk.assertChain("active", "base");
    }

    @Test
    void aDetachedJobThatHasMovedItsDataCanBeCancelled() {
        String id = detachedInPending();
        VM.qmpctl("cancel", id).with(4);
        disk.assertChain("active", "snap2", "snap1", "base");
        VM.assertNoJobs();
    }

    /** Another client has finalized the job. */
    @Test
    void anAbandonedJobThatHasConcludedIsCollectedByTheNextCallOnItsDisk() {
        String id = detachedInPending();
        VM.ask("job-finalize", "{\"id\":\"%s\"}".formatted(id));
        await().until(() -> VM.onlyJob().path("status").asText().equals("concluded"));
        Ended ended = VM.qmpctl("pull", disk.name()).with(0).withOneError("collected " + id + ".*completed");
        assertThat(ended.out()).contains(": completed");
        disk.assertChain("active");
    }

    @Test
    void aPullCannotBePivotedAndStaysAsItIs() {
        String id = VM.qmpctl("pull", disk.name(), "--detach", "--speed", "64K")
                .with(0)
                .out()
                .strip();
        VM.qmpctl("-o", "json", "pivot", id)
                .with(1)
                .withOneError(id + " is a pull")
                .withRefusal();
        assertThat(VM.onlyJob().path("status").asText()).isEqualTo("running");
        VM.qmpctl("-o", "json", "pull", disk.name())
                .with(7)
                .withOneError("in use by job " + id)
                .withRefusal();
        VM.qmpctl("speed", id, "128K").with(0).withSilentErr();
        assertThat(VM.ask("query-block-jobs").get(0).path("speed").asLong()).isEqualTo(128 << 10);
        VM.qmpctl("pause", id).with(0).withSilentErr();
        assertThat(VM.ask("query-block-jobs").get(0).path("paused").asBoolean()).isTrue();
        VM.qmpctl("resume", id).with(0).withSilentErr();
        assertThat(VM.ask("query-block-jobs").get(0).path("paused").asBoolean()).isFalse();
        VM.qmpctl("cancel", id).with(4);
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void aJobThatHasConcludedIsDismissedOnce() {
        VM.ask("block-stream", """
                {"job-id":"d2","device":"%s","auto-dismiss":false}""".formatted(disk.node("active")));
        await().until(() -> VM.onlyJob().path("status").asText().equals("concluded"));
        VM.qmpctl("dismiss", "d2").with(0).withSilentErr();
        VM.assertNoJobs();
        VM.qmpctl("dismiss", "d2").with(1).withOneError("d2");
    }

    private Path copy(String id) {
        Path copy = VM.path(id + ".qcow2");
        VM.qmpctl("copy", disk.name(), copy.toString(), "--format", "qcow2", "--job-id", id)
                .with(0)
                .withSilentErr();
        return copy;
    }
}
