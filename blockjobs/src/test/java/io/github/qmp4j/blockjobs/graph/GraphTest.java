package io.github.qmp4j.blockjobs.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.blockjobs.plan.StartCommand;
import io.github.qmp4j.schema.QmpSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the graph proves, and what it cannot. */
class GraphTest {
    private static BlockNode image(@Nullable String name, String file) {
        return new BlockNode(
                Optional.ofNullable(name), file, "qcow2", 8, OptionalLong.empty(), false, Optional.empty());
    }

    private static final Edges NO_EDGES = new Edges(Set.of(), Set.of(), Set.of());

    private static GraphNode node(String name, String file) {
        return new GraphNode(name, false, true, Optional.of(image(name, file)), Set.of());
    }

    private static Edges.Edge edge(Edges.User user, String name, String role, String node) {
        return new Edges.Edge(user, name, role, node, false);
    }

    private static Disk disk(@Nullable String device, @Nullable String qdev, BlockNode... chain) {
        return new Disk(
                Optional.ofNullable(device), Optional.ofNullable(qdev), new BlockChain(List.of(chain)), List.of());
    }

    private static final BlockNode BASE = image("base", "/i/base");
    private static final Disk DISK = disk(null, "/machine/peripheral/vda/virtio-backend", image("a", "/i/a"));

    private static List<BlockNode> unused(List<GraphNode> others, Edges.Edge... edges) {
        Set<Edges.Edge> all = new java.util.HashSet<>(Set.of(edges));
        all.add(edge(Edges.User.NODE, "base", "file", "#1"));
        List<GraphNode> nodes = new java.util.ArrayList<>(others);
        nodes.add(node("base", "/i/base"));
        nodes.add(node("#1", "/i/base"));
        return new Graph(List.of(DISK), nodes, Map.of(), new Edges(Set.of(), Set.of(), all)).unused(List.of(BASE));
    }

    @Test
    void releasesAnImageThatNothingUses() {
        assertThat(unused(List.of(node("a", "/i/a")))).containsExactly(BASE);
    }

    @Test
    void releasesNothingThatMayBeInUse() {
        for (Edges.Edge use : List.of(
                edge(Edges.User.BACKEND, "", "root", "base"),
                edge(Edges.User.JOB, "j", "base", "base"),
                edge(Edges.User.NODE, "o", "backing", "base"),
                edge(Edges.User.NODE, "twin", "file", "#1"))) {
            assertThat(unused(List.of(), use)).as("%s", use).isEmpty();
        }
        for (String file : List.of("/i/base", "base", "json:{\"file\":\"/i/base\"}")) {
            assertThat(unused(List.of(node("b", file)))).as(file).isEmpty();
        }
        BlockNode unknown = new BlockNode(Optional.of("x"), "", "", 0, OptionalLong.empty(), true, Optional.empty());
        assertThat(new Graph(List.of(disk(null, null, unknown)), List.of(node("base", "/i/base")), Map.of(), NO_EDGES)
                        .unused(List.of(BASE)))
                .as("beside a node of which the file is not known")
                .isEmpty();
    }

    @Test
    void findsADiskByEachOfItsNames() {
        Disk drive = disk("drive0", "/machine/peripheral-anon/device[0]/virtio-backend", image("b", "/i/b"));
        Graph graph = new Graph(List.of(DISK, drive), List.of(), Map.of(), NO_EDGES);
        for (String name : List.of("vda", "/machine/peripheral/vda/virtio-backend", "a", "/i/a")) {
            assertThat(graph.find(DiskRef.of(name))).isEqualTo(DISK);
        }
        for (String name : List.of("drive0", "b", "/i/b")) {
            assertThat(graph.find(DiskRef.of(name))).isEqualTo(drive);
        }
        assertThatThrownBy(() -> graph.find(DiskRef.of("x")))
                .hasMessage("there is no disk 'x'; this QEMU has vda, drive0");
    }

    @Test
    void takesNoNameThatMayMeanTwoDisks() {
        Graph graph = new Graph(List.of(DISK, disk("a", null, image("b", "/i/b"))), List.of(), Map.of(), NO_EDGES);
        assertThatThrownBy(() -> graph.find(DiskRef.of("a"))).hasMessageContaining("may mean any of the disks vda, a");
    }

    /** QEMU takes a device's name before a node's. */
    @Test
    void knowsANodeNameThatIsAnotherDisksDeviceName() {
        Graph graph = new Graph(List.of(DISK, disk("base", null, image("b", "/i/b"))), List.of(), Map.of(), NO_EDGES);
        assertThat(graph.isAmbiguous("base")).isTrue();
        assertThat(graph.isAmbiguous("a")).isFalse();
        JobPlan plan = Planner.plan(new BlockChain(List.of(image("a", "/i/a"), BASE)), CommitRequest.of("vda"));
        QmpSchema schema = QmpSchema.of(JsonNodeFactory.instance.arrayNode());
        CommandContext context = new CommandContext(new JobId("j"), JobSettings.defaults(), graph, schema);
        assertThatThrownBy(() -> StartCommand.of(plan, context, Optional.empty()))
                .hasMessageContaining("is the name of another disk too");
    }

    /** Two disks without a guest device have no name in common, and neither may stand for the other. */
    @Test
    void neverTakesOneDiskWithoutADeviceForAnother() {
        Disk one = disk(null, null, image("a", "/i/a"));
        Disk two = disk(null, null, image("b", "/i/b"));
        Disk unknown = disk(null, null, image(null, "/i/c"));
        Graph after = new Graph(List.of(two, unknown), List.of(), Map.of(), NO_EDGES);
        assertThat(after.same(one)).isEmpty();
        assertThat(after.same(two)).contains(two);
        assertThat(after.same(unknown)).contains(unknown);
        assertThat(List.of(one, two, unknown).stream().map(DiskKey::of)).doesNotHaveDuplicates();
        assertThat(DiskKey.of(disk(null, null, image("/i/c", "/i/x")))).isNotEqualTo(DiskKey.of(unknown));
    }

    /** A device stays the same disk whatever it is on, and is never the disk that its node was before it was plugged in. */
    @Test
    void knowsAPluggedInDiskByItsDeviceAlone() {
        Disk moved = disk(null, "/machine/peripheral/vda/virtio-backend", image("copy", "/i/copy"));
        Disk bare = disk(null, null, image("a", "/i/a"));
        assertThat(new Graph(List.of(bare, moved), List.of(), Map.of(), NO_EDGES).same(DISK))
                .contains(moved);
        assertThat(new Graph(List.of(DISK), List.of(), Map.of(), NO_EDGES).same(bare))
                .isEmpty();
    }

    private static NodeReservation copyOf(Disk disk) {
        return NodeReservation.of(Planner.plan(disk.chain(), CopyRequest.of(disk.name(), "/t", "raw")), disk);
    }

    @Test
    void keepsDisksWithoutDevicesForOneJobEach() {
        JobRegistry registry = new JobRegistry();
        Disk one = disk(null, null, image("a", "/i/a"));
        Disk two = disk(null, null, image("b", "/i/b"));
        registry.reserve(copyOf(one), new JobId("j1"));
        JobRegistry.Reservation second = registry.reserve(copyOf(two), new JobId("j2"));
        assertThatThrownBy(() -> registry.reserve(copyOf(one), new JobId("j3")))
                .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                        .isEqualTo(new JobId("j1")));
        registry.release(second);
        assertThatThrownBy(() -> registry.reserve(copyOf(one), new JobId("j4")))
                .isInstanceOf(JobConflictException.class);
        registry.reserve(copyOf(two), new JobId("j5"));
    }

    @Test
    void meansADiskWithADeviceBeforeOneWithout() {
        Disk bare = disk(null, null, image("vda", "/i/b"));
        Graph graph = new Graph(List.of(bare, DISK), List.of(), Map.of(), NO_EDGES);
        assertThat(graph.find(DiskRef.of("vda"))).isEqualTo(DISK);
        assertThat(graph.find(DiskRef.of("/i/b"))).isEqualTo(bare);
    }
}
