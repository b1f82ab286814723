package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Persistent dirty bitmaps of images that a job takes out of the chain. */
@Timeout(300)
class BitmapsTest {
    private static final Vm VM = new Vm();

    private final ChainedDisk disk = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @BeforeEach
    void add() {
        VM.ask(
                "block-dirty-bitmap-add",
                "{\"node\":\"%s\",\"name\":\"daily\",\"persistent\":true}".formatted(disk.node("active")));
    }

    /** The bitmaps of the guest's disk, from the second monitor. */
    private List<String> bitmaps() {
        List<String> names = new ArrayList<>();
        for (JsonNode each : VM.ask("query-block")) {
            if (each.path("qdev").asText().equals(disk.name())) {
                each.path("inserted")
                        .path("dirty-bitmaps")
                        .forEach(bitmap -> names.add(bitmap.path("name").asText()));
            }
        }
        return names;
    }

    @Test
    void aCommitThatWouldDropOneIsRefusedWithTheOptionThatAllowsIt() {
        VM.qmpctl("commit", disk.name(), "--pivot")
                .with(1)
                .withOneError("dirty bitmaps.* has daily; let the request merge or drop them \\(--bitmaps\\)");
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void aCommitDropsItWhereThatIsAskedFor() {
        VM.qmpctl("commit", disk.name(), "--pivot", "--bitmaps", "drop").with(0);
        disk.assertChain("base");
        assertThat(bitmaps()).isEmpty();
    }

    @Test
    void aCommitMergesItWhereThatIsAskedFor() {
        VM.qmpctl("commit", disk.name(), "--shallow", "--pivot", "--bitmaps", "merge")
                .with(0);
        disk.assertChain("snap2", "snap1", "base");
        assertThat(bitmaps()).containsExactly("daily");
    }
}
