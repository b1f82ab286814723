package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code finalize} on jobs that another client started with auto-finalize off. */
@Timeout(300)
class FinalizeTest {
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
    void aJobThatIsPendingCarriesOutWhatItHasPrepared() {
        VM.ask("block-stream", """
                {"job-id":"p1","device":"%s","auto-finalize":false,"auto-dismiss":false}""".formatted(disk.node("active")));
        Ended ended = VM.qmpctl("-o", "json", "finalize", "p1").with(0).withSilentErr();
        assertThat(ended.result().path("outcome").asText()).isEqualTo("completed");
        assertThat(ended.lines("phase"))
                .extracting(line -> line.path("phase").asText())
                .contains("finalizing");
        disk.assertChain("active");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void aJobThatFinalizesItselfIsLeftAsItIs() {
        String id = "p2";
        VM.ask("block-stream", """
                {"job-id":"p2","device":"%s","speed":65536,"auto-dismiss":false}""".formatted(disk.node("active")));
        VM.qmpctl("finalize", id).with(1).withOneError("job " + id + " finalizes itself");
        assertThat(VM.onlyJob().path("status").asText()).isEqualTo("running");
        VM.qmpctl("cancel", id).with(4);
    }

    @Test
    void aJobThatThereIsNotIsRefused() {
        VM.qmpctl("-o", "json", "finalize", "nojob")
                .with(1)
                .withOneError("there is no job 'nojob'")
                .withRefusal();
    }
}
