package io.github.qmp4j.blockjobs.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.JobContext;
import java.util.List;

/** One step towards the target of a {@code blockdev-mirror}. */
public sealed interface TargetStep {

    /** What it sends, besides queries. */
    List<QmpCommand<JsonNode>> commands();

    /** A {@code blockdev-create}: a job, which has to be dismissed when it has ended. */
    record Create(JobId job, QmpCommand<JsonNode> command) implements TargetStep {
        @Override
        public List<QmpCommand<JsonNode>> commands() {
            return List.of(command, JobContext.verb("job-dismiss", job));
        }
    }

    /** A {@code blockdev-add}. */
    record Add(String node, QmpCommand<JsonNode> command) implements TargetStep {
        @Override
        public List<QmpCommand<JsonNode>> commands() {
            return List.of(command);
        }
    }

    /** A {@code blockdev-del}. */
    record Remove(String node) implements TargetStep {
        @Override
        public List<QmpCommand<JsonNode>> commands() {
            return List.of(GraphNode.removal(node));
        }
    }
}
