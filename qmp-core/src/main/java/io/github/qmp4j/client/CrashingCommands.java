package io.github.qmp4j.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Commands that end the QEMU process, also where another client sends them: bugs of QEMU that are open in 11.1, the newest one measured. */
final class CrashingCommands {
    /** QEMU copies the string into 1,024 bytes, its zero byte included (SIGSEGV in 5.2, 7.2, 10.0 and 11.1). */
    private static final int LONGEST_BACKING_FILE_BYTES = 1023;

    private CrashingCommands() {}

    /** Why this command would kill QEMU; null if nothing is known against it. */
    static @Nullable String danger(QmpCommand<?> command) {
        return switch (command.name()) {
            case "blockdev-reopen" -> emptyReopen(command.arguments().path("options"));
            case "block-commit" -> longBackingFile(command.arguments().path("backing-file"));
            default -> null;
        };
    }

    /** An assertion in 7.2, 10.0 and 11.1. */
    private static @Nullable String emptyReopen(JsonNode options) {
        return options.isArray() && options.isEmpty() ? "its list of options is empty" : null;
    }

    private static @Nullable String longBackingFile(JsonNode backingFile) {
        int bytes = backingFile.asText().getBytes(StandardCharsets.UTF_8).length;
        return bytes > LONGEST_BACKING_FILE_BYTES
                ? "its backing-file has %d bytes, more than %d".formatted(bytes, LONGEST_BACKING_FILE_BYTES)
                : null;
    }
}
