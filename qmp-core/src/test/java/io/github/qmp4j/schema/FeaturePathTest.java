package io.github.qmp4j.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.qmp4j.testkit.RecordedSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every flag that a recorded schema sets, on whatever, is found by its path. */
@Timeout(60)
class FeaturePathTest {
    /** Types refer to themselves, so somewhere the walk must end. */
    private static final int DEEPEST = 4;

    private final Map<String, JsonNode> entities = new HashMap<>();
    private final List<String> flags = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void flagsOfCommandsMembersTypesAndValuesAreFound(RecordedSchema recorded) throws Exception {
        JsonNode json = new ObjectMapper().readTree(recorded.json());
        json.forEach(entity -> entities.put(entity.path("name").asText(), entity));
        json.forEach(entity -> {
            if (entity.path("meta-type").asText().equals("command")) {
                String name = entity.path("name").asText();
                collect(name, entity);
                walk(name + "/arg", entity.path("arg-type").asText(), 0);
            }
        });
        QmpSchema schema = QmpSchema.of(json);
        assertThat(flags).hasSizeGreaterThan(5).contains("blockdev-add/arg/+file/$dynamic-auto-read-only");
        assertThat(flags).filteredOn(path -> !schema.has(path)).isEmpty();
        assertThat(others).filteredOn(schema::has).isEmpty();
    }

    private void walk(String path, String type, int depth) {
        JsonNode entity = entities.getOrDefault(type, MissingNode.getInstance());
        collect(path, entity);
        switch (entity.path("meta-type").asText()) {
            case "array" -> walk(path, entity.path("element-type").asText(), depth);
            case "object" -> {
                if (depth < DEEPEST) {
                    entity.path("members").forEach(member -> {
                        String below = path + "/" + member.path("name").asText();
                        collect(below, member);
                        walk(below, member.path("type").asText(), depth + 1);
                    });
                    entity.path("variants")
                            .forEach(variant -> walk(
                                    path + "/+" + variant.path("case").asText(),
                                    variant.path("type").asText(),
                                    depth + 1));
                }
            }
            case "enum" ->
                entity.path("members")
                        .forEach(value ->
                                collect(path + "/^" + value.path("name").asText(), value));
            default -> {
                // nothing below it
            }
        }
    }

    private void collect(String path, JsonNode flagged) {
        flagged.path("features").forEach(feature -> flags.add(path + "/$" + feature.asText()));
        others.add(path + "/$no-such-flag");
    }
}
