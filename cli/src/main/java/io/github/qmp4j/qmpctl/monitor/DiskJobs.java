package io.github.qmp4j.qmpctl.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.qmpctl.failure.Failure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Which jobs work on which disk, whatever client started them and whatever their names.
 *
 * <p>Only {@code x-debug-query-block-graph} shows this on every version. Beside a pull, other lists of nodes kill older
 * versions. QEMU does not promise to keep this command; if QEMU refuses it, no job counts as being on a disk.
 */
public final class DiskJobs {
    private static final String GRAPH = "x-debug-query-block-graph";

    /** The edges from a job to the node of its disk; other edges lead to nodes that it reads or writes. */
    private static final Set<String> SUBJECTS = Set.of("main node", "active node", "source");

    private final List<JobInfo> jobs;
    private final JsonNode graph;

    private DiskJobs(List<JobInfo> jobs, JsonNode graph) {
        this.jobs = jobs;
        this.graph = graph;
    }

    /** Looks at these jobs only; without jobs it sends no query. */
    public static DiskJobs among(List<JobInfo> jobs, QmpClient client) {
        return new DiskJobs(jobs, jobs.isEmpty() ? MissingNode.getInstance() : graph(client));
    }

    private static JsonNode graph(QmpClient client) {
        try {
            return client.execute(QmpCommand.of(GRAPH)).join();
        } catch (CompletionException e) {
            if (Failure.unwrapped(e) instanceof QmpCommandException) {
                return MissingNode.getInstance();
            }
            throw e;
        }
    }

    public List<JobInfo> on(Disk disk) {
        Set<Long> nodes = chain(disk);
        return jobs.stream()
                .filter(job -> elements("nodes")
                        .filter(node -> node.path("type").asText().equals("block-job")
                                && node.path("name").asText().equals(job.id().value()))
                        .anyMatch(node -> worksFor(node.path("id").asLong(), nodes)))
                .toList();
    }

    private boolean worksFor(long job, Set<Long> nodes) {
        return elements("edges")
                .filter(edge -> edge.path("parent").asLong() == job
                        && SUBJECTS.contains(edge.path("name").asText()))
                .anyMatch(edge -> nodes.contains(edge.path("child").asLong()));
    }

    /** All nodes below the disk's device, or below its topmost node if it has no device. */
    private Set<Long> chain(Disk disk) {
        Set<Long> found = new HashSet<>();
        Deque<Long> open = new ArrayDeque<>(elements("nodes")
                .filter(node -> isTop(disk, node))
                .map(node -> node.path("id").asLong())
                .toList());
        while (!open.isEmpty()) {
            long next = open.pop();
            if (found.add(next)) {
                elements("edges")
                        .filter(edge -> edge.path("parent").asLong() == next)
                        .forEach(edge -> open.push(edge.path("child").asLong()));
            }
        }
        return found;
    }

    private static boolean isTop(Disk disk, JsonNode node) {
        String name = node.path("name").asText();
        return switch (node.path("type").asText()) {
            case "block-backend" ->
                disk.device().filter(name::equals).isPresent()
                        || disk.qdev().filter(name::equals).isPresent()
                        || disk.qdevId().filter(name::equals).isPresent();
            case "block-driver" ->
                disk.chain().activeLayer().nodeName().filter(name::equals).isPresent();
            default -> false;
        };
    }

    private Stream<JsonNode> elements(String list) {
        return StreamSupport.stream(graph.path(list).spliterator(), false);
    }
}
