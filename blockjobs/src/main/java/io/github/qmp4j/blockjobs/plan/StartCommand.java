package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The command that starts a planned job.
 *
 * @param targetNode the node-name that the target of a copy gets; empty for the others
 */
public record StartCommand(QmpCommand<JsonNode> command, Optional<String> targetNode) {

    /**
     * The command of a plan.
     *
     * @param prepared the node-name of a copy's target that exists already; empty if QEMU is to open it
     */
    public static StartCommand of(JobPlan plan, CommandContext context, Optional<String> prepared) {
        Optional<String> target = prepared.or(() -> plan.ownTarget(context));
        return new StartCommand(plan.command(context, target), target);
    }

    /** What grows the active layer before the start; empty if its size stays. */
    public static Optional<QmpCommand<JsonNode>> growth(JobPlan plan, CommandContext context) {
        OptionalLong bytes = plan.growth();
        return bytes.isPresent()
                ? Optional.of(QmpCommand.of("block_resize")
                        .with("node-name", context.handle(plan.before().activeLayer()))
                        .with("size", bytes.getAsLong()))
                : Optional.empty();
    }
}
