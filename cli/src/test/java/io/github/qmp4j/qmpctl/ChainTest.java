package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code qmpctl chain} beside jobs that another client has started, with meaningless names. */
@Timeout(300)
class ChainTest {
    private static final Vm VM = new Vm();

    private final ChainedDisk disk = VM.disk(1);
    private final ChainedDisk other = VM.disk(1);

    @AfterAll
    static void end() {
        VM.close();
    }

    @AfterEach
    void endTheJobs() {
        for (JsonNode job : VM.ask("query-jobs")) {
            VM.qmpctl("cancel", job.path("id").asText());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "pull ; block-stream ; ",
                "commit ; block-commit ; \"top-node\":\"TOP\",\"base-node\":\"BASE\",",
                "commit ; block-commit ; ",
                "copy ; drive-mirror ; \"target\":\"FOLDER/copy.qcow2\",\"format\":\"qcow2\",\"sync\":\"full\",",
            })
    void aJobStandsAtTheDiskThatItIsOnAndAtNoOther(String kind, String command, String arguments) {
        start(command, arguments);
        assertThat(VM.qmpctl("chain", disk.name()).with(0).withSilentErr().out())
                .containsPattern("^" + disk.name() + "  x \\(" + kind
                        + "\\): running, \\d+ %, [0-9.]+/[0-9.]+ \\w+\\n└─ active");
        assertThat(VM.qmpctl("chain").with(0).withSilentErr().out())
                .containsPattern("(?m)^" + disk.name() + "  x \\(" + kind + "\\)")
                .containsPattern("(?m)^" + other.name() + "$");
        assertThat(VM.qmpctl("-o", "json", "chain").with(0).lines())
                .filteredOn(line -> line.path("disk").asText().equals(disk.name()))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line.path("jobs").toString()).isEqualTo("[\"x\"]"));
        assertThat(VM.qmpctl("-o", "json", "chain", other.name()).with(0).lines())
                .hasSize(4)
                .allSatisfy(line -> assertThat(line.path("jobs")).isEmpty());
    }

    @Test
    void aPullThatHasEndedIsSeenWithoutHarm() {
        VM.ask("block-stream", """
                {"job-id":"x","device":"%s","auto-dismiss":false}""".formatted(disk.node("active")));
        Awaitility.await().until(() -> VM.onlyJob().path("status").asText().equals("concluded"));
        assertThat(VM.qmpctl("chain", disk.name()).with(0).withSilentErr().out())
                .startsWith(disk.name() + "  x (pull): concluded, 100 %");
    }

    private void start(String command, String arguments) {
        VM.ask(
                command,
                "{\"job-id\":\"x\",\"device\":\"%s\",%s\"speed\":1024}"
                        .formatted(
                                disk.node("active"),
                                arguments == null
                                        ? ""
                                        : arguments
                                                .replace("TOP", disk.node("snap2"))
                                                .replace("BASE", disk.node("base"))
                                                .replace("FOLDER", VM.folder())));
    }
}
