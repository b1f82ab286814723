package io.github.qmp4j.qmpctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void theResultOfAJobHasTheDocumentedMembersInTheirOrder() {
        Leftover leftover = new Leftover(Leftover.Kind.FILE, "/vm/c.qcow2", "not whole");
        JobResult result =
                JobResult.ended("disk0", "copy", true, Samples.outcome(new End.Completed(), Head.TARGET, leftover));
        assertThat(Json.result(result).toString())
                .isEqualTo("{\"type\":\"result\",\"outcome\":\"completed\",\"job\":\"pull-disk0-abc123\","
                        + "\"pivoted\":true,\"error\":null,\"offset\":5,\"len\":10,"
                        + "\"released\":[{\"node\":\"snap1\",\"file\":\"/vm/snap1.qcow2\"}],\"invalidated\":[],"
                        + "\"leftovers\":[{\"kind\":\"file\",\"name\":\"/vm/c.qcow2\",\"why\":\"not whole\"}],"
                        + "\"size_before\":null,\"size_after\":null,\"files_checked\":false,\"plain_text\":false,"
                        + "\"disk\":\"disk0\",\"kind\":\"copy\"}");
    }

    @Test
    void whatWasRefusedHasAResultWhoseNumbersAreNull() {
        JobResult result = JobResult.refused("disk0", "pull", new Failure(ExitCode.FAILED, "no\n such disk"));
        assertThat(Json.result(result).toString())
                .isEqualTo("{\"type\":\"result\",\"outcome\":\"refused\",\"job\":null,\"pivoted\":null,"
                        + "\"error\":\"no such disk\",\"offset\":null,\"len\":null,"
                        + "\"released\":[],\"invalidated\":[],\"leftovers\":[],"
                        + "\"size_before\":null,\"size_after\":null,\"files_checked\":false,\"plain_text\":false,"
                        + "\"disk\":\"disk0\",\"kind\":\"pull\"}");
    }

    @Test
    void progressIsInBytesAndBytesPerSecond() {
        assertThat(Json.progress(Samples.snapshot(Phase.RUNNING, 50)).toString())
                .isEqualTo("{\"type\":\"progress\",\"job\":\"pull-disk0-abc123\",\"disk\":\"disk0\","
                        + "\"offset\":52428800,\"len\":104857600,\"speed\":0,\"rate\":10485760,\"eta_seconds\":91,"
                        + "\"percent\":50.0}");
    }

    @Test
    void aStatusIsWrittenWithHyphens() {
        assertThat(Json.word(Phase.PAUSED_ON_ERROR)).isEqualTo("paused-on-error");
    }
}
