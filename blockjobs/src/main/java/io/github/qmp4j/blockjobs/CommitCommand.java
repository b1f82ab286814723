package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes {@code block-commit}. */
final class CommitCommand {
    private CommitCommand() {}

    /** What grows the active layer before the start; empty if its size stays. */
    static Optional<QmpCommand<JsonNode>> growth(StartCommand.Sheet sheet) {
        OptionalLong bytes = LayerSizes.growth(sheet.plan());
        return bytes.isPresent()
                ? Optional.of(QmpCommand.of("block_resize")
                        .with("node-name", sheet.handle(sheet.plan().before().activeLayer()))
                        .with("size", bytes.getAsLong()))
                : Optional.empty();
    }

    /** It needs the root as its device, also where filters stand between that and top. */
    static QmpCommand<JsonNode> of(StartCommand.Sheet sheet) {
        JobPlan plan = sheet.plan();
        BlockNode base = plan.baseNode().orElseThrow();
        QmpCommand<JsonNode> command = sheet.start("block-commit", plan.before().activeLayer())
                .with("top-node", sheet.handle(plan.topNode()))
                .with("base-node", sheet.handle(base))
                .with("on-error", sheet.onError());
        return plan.kind() == JobPlan.Kind.ACTIVE_COMMIT ? command : sheet.withHeader(command);
    }
}
