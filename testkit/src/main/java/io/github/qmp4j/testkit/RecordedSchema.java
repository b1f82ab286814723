package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * What {@code query-qmp-schema} returned on a real {@code qemu-system-x86_64} of a release, as Debian builds it. Thread-safe.
 *
 * <p>See {@link QmpScript#checkedAgainst}. To let a client ask for it: {@code script.on("query-qmp-schema", V7_2.json())}.
 */
public enum RecordedSchema {
    /** QEMU 5.2.0. */
    V5_2("5.2"),
    /** QEMU 7.2.22. */
    V7_2("7.2"),
    /** QEMU 10.0.13. */
    V10_0("10.0"),
    /** QEMU 11.1.3. */
    V11_1("11.1");

    private final String release;

    RecordedSchema(String release) {
        this.release = release;
    }

    /** The recorded return value of {@code query-qmp-schema}, as JSON text of one line. */
    public String json() {
        try (InputStream packed = RecordedSchema.class.getResourceAsStream("schema-" + release + ".json.gz")) {
            if (packed == null) {
                throw new IllegalStateException("the recorded schema of QEMU " + release + " is missing");
            }
            return new String(new GZIPInputStream(packed).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What this QEMU would refuse of a command, or calls deprecated, one sentence each; empty if nothing. Arguments that are
     * missing count as none.
     */
    public List<String> problems(String command, JsonNode arguments) {
        return check().problems(command, arguments.isMissingNode() ? Json.object() : arguments).stream()
                .map(problem -> "QEMU " + release + ": " + problem)
                .toList();
    }

    List<String> problems(ReceivedCommand command) {
        if (command.oob() && !check().takesOob(command.name())) {
            return List.of("QEMU " + release + ": " + command.name() + " cannot be executed out-of-band");
        }
        return problems(command.name(), command.arguments());
    }

    private CommandCheck check() {
        return CommandCheck.of(this);
    }
}
