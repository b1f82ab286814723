package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** The exit code and the output of an ended qmpctl. */
record Ended(List<String> arguments, int status, String out, String err) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    Ended with(int expected) {
        assertThat(status).as("exit code of %s", this).isEqualTo(expected);
        return this;
    }

    /** Asserts that standard error is one line that contains this pattern. */
    Ended withOneError(String pattern) {
        assertThat(err.lines()).as("standard error of %s", this).hasSize(1);
        assertThat(err).endsWith("\n").startsWith("qmpctl").containsPattern(pattern);
        assertThat(err).doesNotContain("defect", "Exception");
        return this;
    }

    Ended withSilentErr() {
        assertThat(err).as("standard error of %s", this).isEmpty();
        return this;
    }

    Ended withSilentOut() {
        assertThat(out).as("standard output of %s", this).isEmpty();
        return this;
    }

    /** Asserts that standard output is one result line with the outcome refused. */
    Ended withRefusal() {
        assertThat(out.lines()).as("standard output of %s", this).hasSize(1);
        JsonNode line = result();
        assertThat(line.path("outcome").asText()).isEqualTo("refused");
        assertThat(line.path("job").isNull()).isTrue();
        assertThat(line.path("pivoted").isNull()).isTrue();
        assertThat(line.path("error").asText()).isNotEmpty();
        return this;
    }

    /** The objects of {@code -o json}. */
    List<JsonNode> lines() {
        return out.lines().map(Ended::parse).toList();
    }

    List<JsonNode> lines(String type) {
        return lines().stream()
                .filter(line -> line.path("type").asText().equals(type))
                .toList();
    }

    /** The result of the only job; it is the last line. */
    JsonNode result() {
        List<JsonNode> all = lines();
        assertThat(lines("result")).as("results in %s", this).hasSize(1);
        assertThat(all.get(all.size() - 1).path("type").asText()).isEqualTo("result");
        return all.get(all.size() - 1);
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }
}
