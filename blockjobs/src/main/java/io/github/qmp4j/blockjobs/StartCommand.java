package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.schema.QmpSchema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command that starts a planned job. {@code auto-dismiss} is always false, since QEMU forgets an error with the job;
 * {@code auto-finalize} is false for a pull and a commit below the active layer, see {@link Finalizing}, and never for what
 * becomes READY: a copy that waits to be finalized can lose writes of the guest.
 *
 * @param targetNode the node-name that the target of a copy gets; empty for the others
 */
record StartCommand(QmpCommand<JsonNode> command, Optional<String> targetNode) {

    /** @param prepared the node-name of a copy's target that is there already; empty if QEMU is to open it */
    static StartCommand of(Sheet sheet, Optional<String> prepared) {
        return switch (sheet.plan().kind()) {
            case PULL -> new StartCommand(PullCommand.of(sheet), Optional.empty());
            case INTERMEDIATE_COMMIT, ACTIVE_COMMIT -> new StartCommand(CommitCommand.of(sheet), Optional.empty());
            case COPY -> {
                if (prepared.isPresent()) {
                    yield new StartCommand(CopyCommands.blockdevMirror(sheet, prepared.get()), prepared);
                }
                String node = isNodeName(sheet)
                        ? sheet.id().value()
                        : JobIds.make("copy", "target").value();
                yield new StartCommand(CopyCommands.driveMirror(sheet, node), Optional.of(node));
            }
        };
    }

    /** An id that is used again may be the name of the node that the disk got by the job before. */
    private static boolean isNodeName(Sheet sheet) {
        String id = sheet.id().value();
        return id.length() <= JobIds.LONGEST_NODE_NAME && sheet.graph().isFree(id);
    }

    /** What every one of these commands is written from. */
    record Sheet(JobPlan plan, JobId id, Graph graph, QmpSchema schema) {

        /** The command with what all have in common, on a device or node of this chain. */
        QmpCommand<JsonNode> start(String name, BlockNode device) {
            long speed = plan.request().settings().speed();
            return QmpCommand.of(name)
                    .with("job-id", id.value())
                    .with("device", handle(device))
                    .with("speed", speed == 0 ? null : speed)
                    .with("auto-finalize", plan.kind().becomesReady ? null : false)
                    .with("auto-dismiss", false);
        }

        QmpCommand<JsonNode> withHeader(QmpCommand<JsonNode> command) {
            boolean masks = schema.hasArgument(command.name(), "backing-mask-protocol");
            return command.with("backing-file", plan.backingString().orElseThrow())
                    .with("backing-mask-protocol", masks ? true : null);
        }

        @Nullable
        String onError() {
            ErrorPolicy policy = plan.request().settings().onError();
            return policy == ErrorPolicy.REPORT ? null : policy.qmpName();
        }

        String handle(BlockNode node) {
            String name = node.nodeName()
                    .orElseThrow(() -> new BlockChainException("%s has no node-name yet".formatted(node.file())));
            if (graph.isAmbiguous(name)) {
                throw new BlockChainException(
                        "node-name '%s' is the name of another disk too, and QEMU would take that one".formatted(name));
            }
            return name;
        }
    }
}
