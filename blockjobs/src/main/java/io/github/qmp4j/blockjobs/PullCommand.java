package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;

/** Writes {@code block-stream}. */
final class PullCommand {
    private PullCommand() {}

    /** It goes to an image, that of the request or the active layer, and not to the filters above it. */
    static QmpCommand<JsonNode> of(StartCommand.Sheet sheet) {
        JobPlan plan = sheet.plan();
        QmpCommand<JsonNode> command =
                sheet.start("block-stream", plan.topNode()).with("on-error", sheet.onError());
        return plan.baseNode()
                .map(base -> sheet.withHeader(command.with("base-node", sheet.handle(base))))
                .orElse(command);
    }
}
