package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.qmp4j.blockjobs.text.Replies;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The nodes that exist, and the users of each, out of {@code x-debug-query-block-graph}. Unlike a listing of nodes that command is
 * safe on QEMU 5.2, 7.2, 10.0 and 11.1 at every moment. It tells no file names and no sizes.
 *
 * @param nodes the names of all nodes
 * @param jobs the ids of all block jobs, also of those that hold no node any more
 */
public record Edges(Set<String> nodes, Set<String> jobs, Set<Edge> all) {
    public static final String BACKING = "backing";
    private static final Set<String> FILES = Set.of("file", "image");
    private static final Map<String, User> USERS =
            Map.of("block-driver", User.NODE, "block-job", User.JOB, "block-backend", User.BACKEND);

    enum User {
        NODE,
        JOB,
        /** A guest device, an export, or what a job reads and writes through. */
        BACKEND
    }

    /**
     * One use of a node.
     *
     * @param role what the node is to its user, for example {@code file} or {@code backing}
     * @param writes whether the user may write to it
     */
    public record Edge(User user, String name, String role, String node, boolean writes) {
        boolean isOf(User kind, String wanted) {
            return user == kind && name.equals(wanted);
        }
    }

    public static Edges of(JsonNode graph) {
        Map<Long, JsonNode> byId = new HashMap<>();
        graph.path("nodes").forEach(node -> byId.put(node.path("id").asLong(), node));
        Set<Edge> edges = new HashSet<>();
        for (JsonNode edge : graph.path("edges")) {
            JsonNode user = byId.getOrDefault(edge.path("parent").asLong(), MissingNode.getInstance());
            JsonNode used = byId.getOrDefault(edge.path("child").asLong(), MissingNode.getInstance());
            edges.add(new Edge(
                    USERS.getOrDefault(user.path("type").asText(), User.BACKEND),
                    user.path("name").asText(),
                    edge.path("name").asText(),
                    used.path("name").asText(),
                    Replies.stream(edge.path("perm"))
                            .anyMatch(permission -> permission.asText().equals("write"))));
        }
        return new Edges(names(byId, "block-driver"), names(byId, "block-job"), edges);
    }

    private static Set<String> names(Map<Long, JsonNode> byId, String type) {
        return byId.values().stream()
                .filter(node -> node.path("type").asText().equals(type))
                .map(node -> node.path("name").asText())
                .collect(Collectors.toSet());
    }

    private Stream<Edge> from(User kind, String name) {
        return all.stream().filter(edge -> edge.isOf(kind, name));
    }

    List<Edge> children(String node) {
        return from(User.NODE, node).toList();
    }

    public List<Edge> users(String node) {
        return all.stream().filter(edge -> edge.node().equals(node)).toList();
    }

    /** The nodes that a job works on, and its filter; not what it only writes a copy to. None where it has ended. */
    Set<String> workedOnBy(String job) {
        boolean mirrorsDown = from(User.JOB, job).anyMatch(edge -> edge.role().equals("intermediate node"));
        return from(User.JOB, job)
                .filter(edge -> mirrorsDown || !edge.role().equals("target"))
                .map(Edge::node)
                .collect(Collectors.toSet());
    }

    /** Whether a job may switch its disk to another image: it mirrors its source. */
    public boolean maySwitch(String job) {
        return from(User.JOB, job).anyMatch(edge -> edge.role().equals("source"));
    }

    /** The node in a role of a node, for example its backing node. */
    public Optional<String> child(String node, String role) {
        return from(User.NODE, node)
                .filter(edge -> edge.role().equals(role))
                .map(Edge::node)
                .findFirst();
    }

    /** The node that an image has its bytes in, or that a filter stands on, other than a backing node. */
    public Optional<String> file(String node) {
        return from(User.NODE, node)
                .filter(edge -> FILES.contains(edge.role()))
                .map(Edge::node)
                .findFirst();
    }

    /**
     * Whether a job has put this node above what it works on. Seen on 5.2, 7.2, 10.0 and 11.1: the filter of a mirror or a commit
     * has a backing node and no file, that of a backup is the main node of its job and has a target, and that of a pull is the main
     * node of a job that calls another one its active node.
     */
    boolean isJobFilter(String node) {
        if (child(node, BACKING).isPresent() && file(node).isEmpty()) {
            return true;
        }
        return users(node).stream()
                .filter(edge -> edge.user() == User.JOB && edge.role().equals("main node"))
                .anyMatch(edge -> child(node, "target").isPresent()
                        || from(User.JOB, edge.name())
                                .anyMatch(other -> other.role().equals("active node")));
    }

    /** What a filter of a job stands on; none once the job has ended. */
    Optional<String> belowFilter(String filter) {
        return child(filter, BACKING).or(() -> file(filter));
    }

    /** Whether an image is open for writing: a format then writes to its file whether or not a guest does. */
    boolean isWritable(String node) {
        return from(User.NODE, node).anyMatch(edge -> FILES.contains(edge.role()) && edge.writes());
    }
}
