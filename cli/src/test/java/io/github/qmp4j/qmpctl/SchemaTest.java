package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.RealQemu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code qmpctl schema}, compared with query-qmp-schema on the second monitor. */
@Timeout(300)
class SchemaTest {
    private static RealQemu qemu;
    private static JsonNode entities;

    @BeforeAll
    static void start() {
        // With the policy of the tests QEMU would hide deprecated members.
        qemu = RealQemu.builder().machine("none").allowDeprecated().start();
        entities = qemu.oracle().execute("query-qmp-schema");
    }

    @AfterAll
    static void end() {
        qemu.close();
    }

    @Test
    void withoutACommandItListsAllCommandsAndEvents() {
        List<JsonNode> lines =
                qmpctl("-o", "json", "schema").with(0).withSilentErr().lines();
        for (String kind : List.of("command", "event")) {
            List<String> known = StreamSupport.stream(entities.spliterator(), false)
                    .filter(entity -> entity.path("meta-type").asText().equals(kind))
                    .map(entity -> entity.path("name").asText())
                    .toList();
            assertThat(lines.stream()
                            .filter(line -> line.path("type").asText().equals(kind))
                            .map(line -> line.path("name").asText()))
                    .containsExactlyInAnyOrderElementsOf(known);
        }
        assertThat(qmpctl("schema").with(0).withSilentErr().out())
                .startsWith("NAME ")
                .containsPattern("(?m)^block-commit +command +-$")
                .containsPattern("(?m)^BLOCK_JOB_READY +event +-$");
    }

    @Test
    void theArgumentsOfACommandAreThoseThatQemuTells() {
        Ended ended = qmpctl("-o", "json", "schema", "block-commit").with(0).withSilentErr();
        assertThat(ended.out().lines()).hasSize(1);
        JsonNode line = ended.lines().get(0);
        assertThat(line.path("type").asText()).isEqualTo("command");
        assertThat(line.path("returns").isNull()).isTrue();
        JsonNode members =
                entity(entity("block-commit").path("arg-type").asText()).path("members");
        assertThat(names(line.path("members"))).isEqualTo(names(members));
        for (int i = 0; i < members.size(); i++) {
            assertThat(line.path("members").get(i).path("optional").asBoolean())
                    .isEqualTo(members.get(i).has("default"));
        }
        assertThat(qmpctl("schema", "block-commit").with(0).withSilentErr().out())
                .startsWith("block-commit: command, returns nothing\nARGUMENT ")
                .containsPattern("(?m)^device +needed +- +string$")
                .containsPattern("(?m)^top +optional +deprecated +string$")
                .containsPattern("(?m)^on-error +optional +- +report\\|ignore\\|enospc\\|stop");
    }

    @Test
    void aPathLeadsFurtherIn() {
        assertThat(qmpctl("schema", "blockdev-add").with(0).out())
                .contains("driver decides on further members, shown by: qmpctl schema blockdev-add/arg/+VALUE")
                .containsPattern("VALUE is one of .*\\|qcow2\\|");
        assertThat(qmpctl("schema", "blockdev-add/arg/+qcow2").with(0).out())
                .containsPattern("(?m)^lazy-refcounts +optional +- +boolean$");
        assertThat(qmpctl("schema", "query-status").with(0).out())
                .isEqualTo("query-status: command, takes nothing, returns object, see query-status/ret\n");
        assertThat(qmpctl("schema", "query-status/ret/status").with(0).out())
                .containsPattern("(?m)^values: .*\\|prelaunch\\|");
    }

    @Test
    void whatQemuDoesNotKnowIsRefusedWithWhatIsLikeIt() {
        qmpctl("schema", "commit")
                .with(1)
                .withOneError("no command.*'commit'.*block-commit")
                .withSilentOut();
        qmpctl("schema", "no-such")
                .with(1)
                .withOneError("no-such.*qmpctl schema")
                .withSilentOut();
        qmpctl("schema", "block-commit/arg/nothing")
                .with(1)
                .withOneError("nothing at 'block-commit/arg/nothing'")
                .withSilentOut();
        qmpctl("schema", "a", "b").with(2).withOneError("b").withSilentOut();
    }

    private static Ended qmpctl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--socket", qemu.monitor().toString()));
        all.addAll(List.of(arguments));
        return Child.run(all.toArray(String[]::new));
    }

    private static JsonNode entity(String name) {
        return StreamSupport.stream(entities.spliterator(), false)
                .filter(entity -> entity.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(JsonNode members) {
        return StreamSupport.stream(members.spliterator(), false)
                .map(member -> member.path("name").asText())
                .toList();
    }
}
