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
        CopyTarget.File target = (CopyTarget.File) request.target();
        return withSettings(sheet, request, "drive-mirror")
                .with("target", target.path())
                .with("format", target.format())
                .with("node-name", targetNode)
                .with("mode", request.reuseExternal() ? "existing" : "absolute-paths")
                .with("unmap", request.unmap() ? null : false);
    }

    static QmpCommand<JsonNode> blockdevMirror(StartCommand.Sheet sheet, String targetNode) {
        CopyRequest request = (CopyRequest) sheet.plan().request();
        return withSettings(sheet, request, "blockdev-mirror").with("target", targetNode);
    }

    /** Its device must be the root; where that is a filter, the image below it is what the copy replaces. */
    private static QmpCommand<JsonNode> withSettings(StartCommand.Sheet sheet, CopyRequest request, String name) {
        JobPlan plan = sheet.plan();
        return sheet.start(name, plan.before().activeLayer())
                .with("replaces", plan.top() == 0 ? null : sheet.handle(plan.topNode()))
                .with("sync", request.extent().qmpName())
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
