package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Writes the commands that copy a disk. */
final class CopyCommands {
    private CopyCommands() {}

    static QmpCommand<JsonNode> driveMirror(StartCommand.Sheet sheet, String targetNode) {
        CopyRequest request = (CopyRequest) sheet.plan().request();
        return sheet.start("drive-mirror", sheet.plan().before().activeLayer())
                .with("target", request.target())
                .with("format", request.format())
                .with("node-name", targetNode)
                .with("sync", request.shallow() ? "top" : "full")
                .with("mode", request.reuseExternal() ? "existing" : "absolute-paths")
                .with("granularity", nullable(request.granularity()))
                .with("buf-size", nullable(request.bufSize()))
                .with("copy-mode", request.synchronousWrites() ? "write-blocking" : null)
                .with("on-source-error", sheet.onError())
                .with("on-target-error", sheet.onError());
    }

    private static @Nullable Long nullable(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
