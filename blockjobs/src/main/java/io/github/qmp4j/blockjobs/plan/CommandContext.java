package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.ErrorPolicy;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.schema.QmpSchema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values that every command which starts a job is built from. {@code auto-dismiss} is always false, since QEMU forgets an error
 * with the job.
 */
public record CommandContext(JobId id, JobSettings settings, Graph graph, QmpSchema schema) {

    /** A job that ends by itself: the library finalizes it. */
    QmpCommand<JsonNode> endingByItself(String name, BlockNode device) {
        return start(name, device, false);
    }

    /** A job that becomes READY: while it waits to be finalized it could lose writes of the guest, so it never does. */
    QmpCommand<JsonNode> becomingReady(String name, BlockNode device) {
        return start(name, device, null);
    }

    private QmpCommand<JsonNode> start(String name, BlockNode device, @Nullable Boolean autoFinalize) {
        long speed = settings.speed();
        return QmpCommand.of(name)
                .with("job-id", id.value())
                .with("device", handle(device))
                .with("speed", speed == 0 ? null : speed)
                .with("auto-finalize", autoFinalize)
                .with("auto-dismiss", false);
    }

    QmpCommand<JsonNode> withHeader(QmpCommand<JsonNode> command, String backing) {
        boolean masks = schema.hasArgument(command.name(), "backing-mask-protocol");
        return command.with("backing-file", backing).with("backing-mask-protocol", masks ? true : null);
    }

    @Nullable
    String onError() {
        ErrorPolicy policy = settings.onError();
        return policy == ErrorPolicy.REPORT ? null : policy.qmpName();
    }

    public String handle(BlockNode node) {
        String name = node.nodeName()
                .orElseThrow(() -> new BlockChainException("%s has no node-name yet".formatted(node.file())));
        if (graph.isAmbiguous(name)) {
            throw new BlockChainException(
                    "node-name '%s' is the name of another disk too, and QEMU would take that one".formatted(name));
        }
        return name;
    }

    /** The job-id, where a node can have that name. */
    Optional<String> freeNodeName() {
        return Optional.of(id.value()).filter(name -> name.length() <= JobIds.LONGEST_NODE_NAME && graph.isFree(name));
    }
}
