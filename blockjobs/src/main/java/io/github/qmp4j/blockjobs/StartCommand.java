package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.schema.QmpSchema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command that starts a planned job. {@code auto-dismiss} is always false, since QEMU forgets an error with the job;
 * {@code auto-finalize} is never: a copy that waits to be finalized can lose writes of the guest.
 *
 * @param targetNode the node-name that the target of a copy gets; empty for the others
 */
record StartCommand(QmpCommand<JsonNode> command, Optional<String> targetNode) {

    static StartCommand of(JobPlan plan, JobId id, Graph graph, QmpSchema schema) {
        Writer writer = new Writer(plan, id, graph, schema);
        return switch (plan.kind()) {
            case PULL -> new StartCommand(writer.pull(), Optional.empty());
            case INTERMEDIATE_COMMIT, ACTIVE_COMMIT -> new StartCommand(writer.commit(), Optional.empty());
            case COPY -> {
                String node = id.value().length() <= JobIds.LONGEST_NODE_NAME
                        ? id.value()
                        : JobIds.make("copy", "target").value();
                yield new StartCommand(writer.copy((CopyRequest) plan.request(), node), Optional.of(node));
            }
        };
    }

    private record Writer(JobPlan plan, JobId id, Graph graph, QmpSchema schema) {

        QmpCommand<JsonNode> pull() {
            QmpCommand<JsonNode> command = start("block-stream").with("on-error", onError());
            return plan.baseNode()
                    .map(base -> withHeader(command.with("base-node", handle(base)), base))
                    .orElse(command);
        }

        QmpCommand<JsonNode> commit() {
            BlockNode base = plan.baseNode().orElseThrow();
            QmpCommand<JsonNode> command = start("block-commit")
                    .with("top-node", handle(plan.topNode()))
                    .with("base-node", handle(base))
                    .with("on-error", onError());
            return plan.kind() == JobPlan.Kind.ACTIVE_COMMIT ? command : withHeader(command, base);
        }

        QmpCommand<JsonNode> copy(CopyRequest request, String targetNode) {
            return start("drive-mirror")
                    .with("target", request.target())
                    .with("format", request.format())
                    .with("node-name", targetNode)
                    .with("sync", request.shallow() ? "top" : "full")
                    .with("mode", request.reuseExternal() ? "existing" : "absolute-paths")
                    .with(
                            "granularity",
                            nullable(request.granularity().stream().boxed().findFirst()))
                    .with(
                            "buf-size",
                            nullable(request.bufSize().stream().boxed().findFirst()))
                    .with("copy-mode", request.synchronousWrites() ? "write-blocking" : null)
                    .with("on-source-error", onError())
                    .with("on-target-error", onError());
        }

        private QmpCommand<JsonNode> start(String name) {
            long speed = plan.request().settings().speed();
            // A pull goes to an image and not to the filters above it; the others need the root.
            BlockNode device = plan.kind() == JobPlan.Kind.PULL
                    ? plan.topNode()
                    : plan.before().activeLayer();
            return QmpCommand.of(name)
                    .with("job-id", id.value())
                    .with("device", handle(device))
                    .with("speed", speed == 0 ? null : speed)
                    .with("auto-dismiss", false);
        }

        private QmpCommand<JsonNode> withHeader(QmpCommand<JsonNode> command, BlockNode base) {
            BlockNode overlay = plan.overlay().orElseThrow();
            boolean masks = schema.hasArgument(command.name(), "backing-mask-protocol");
            return command.with("backing-file", BackingString.of(overlay, base))
                    .with("backing-mask-protocol", masks ? true : null);
        }

        private @Nullable String onError() {
            ErrorPolicy policy = plan.request().settings().onError();
            return policy == ErrorPolicy.REPORT ? null : policy.qmpName();
        }

        private static <T> @Nullable T nullable(Optional<T> value) {
            return value.orElse(null);
        }

        private String handle(BlockNode node) {
            String name = node.nodeName()
                    .orElseThrow(() -> new BlockChainException(
                            "the node-name of %s cannot be known now: another node has the same file, or a pull runs that keeps this version of QEMU from listing its nodes; try again when that is over"
                                    .formatted(node.file())));
            if (graph.isAmbiguous(name)) {
                throw new BlockChainException(
                        "node-name '%s' is the name of another disk too, and QEMU would take that one".formatted(name));
            }
            return name;
        }
    }
}
