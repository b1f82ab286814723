package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the graph proves, and what it cannot. */
class GraphTest {
    private static BlockNode image(@Nullable String name, String file) {
        return new BlockNode(
                Optional.ofNullable(name), file, "qcow2", 8, OptionalLong.empty(), false, Optional.empty());
    }

    private static GraphNode node(String name, String file, String... backing) {
        return new GraphNode(
                name, file, "qcow2", false, Set.of(backing), Optional.empty(), List.of(), MissingNode.getInstance());
    }

    private static Disk disk(@Nullable String device, @Nullable String qdev, BlockNode... chain) {
        return new Disk(
                Optional.ofNullable(device), Optional.ofNullable(qdev), new BlockChain(List.of(chain)), List.of());
    }

    private static final BlockNode BASE = image("base", "/i/base");
    private static final Disk DISK = disk(null, "/machine/peripheral/vda/virtio-backend", image("a", "/i/a"));

    private static List<BlockNode> unused(boolean listed, Set<String> exported, GraphNode... nodes) {
        Map<String, String> exports = exported.stream().collect(Collectors.toMap(node -> "e-" + node, node -> node));
        return new Graph(List.of(DISK), List.of(nodes), listed, exports).unused(List.of(BASE));
    }

    @Test
    void releasesAnImageThatNobodyUses() {
        assertThat(unused(true, Set.of(), node("a", "/i/a"), node("base", "/i/base")))
                .containsExactly(BASE);
    }

    @Test
    void releasesNothingThatMayBeInUse() {
        assertThat(unused(false, Set.of(), node("base", "/i/base")))
                .as("not listed")
                .isEmpty();
        assertThat(unused(true, Set.of("base"), node("base", "/i/base")))
                .as("exported")
                .isEmpty();
        assertThat(unused(true, Set.of(), node("base", "/i/base"), node("o", "/i/o", "/i/base")))
                .as("an overlay")
                .isEmpty();
        assertThat(unused(true, Set.of(), node("base", "/i/base"), node("b", "/i/base")))
                .as("a twin")
                .isEmpty();
        assertThat(unused(true, Set.of(), node("base", "/i/base"), node("b", "base")))
                .as("a relative name")
                .isEmpty();
        assertThat(unused(true, Set.of(), node("base", "/i/base"), node("f", "json:{\"file\":\"/i/base\"}")))
                .as("a filter")
                .isEmpty();
        assertThat(new Graph(
                                List.of(DISK, disk("drive1", null, image(null, "i/base"))),
                                List.of(node("base", "/i/base")),
                                true,
                                Map.of())
                        .unused(List.of(BASE)))
                .as("another disk, by a relative name")
                .isEmpty();
    }

    @Test
    void findsADiskByEachOfItsNames() {
        Disk drive = disk("drive0", "/machine/peripheral-anon/device[0]/virtio-backend", image("b", "/i/b"));
        Graph graph = new Graph(List.of(DISK, drive), List.of(), true, Map.of());
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
        Graph graph = new Graph(List.of(DISK, disk("a", null, image("b", "/i/b"))), List.of(), true, Map.of());
        assertThatThrownBy(() -> graph.find(DiskRef.of("a"))).hasMessageContaining("may mean any of the disks vda, a");
    }

    /** P35: QEMU takes a device's name before a node's. */
    @Test
    void knowsANodeNameThatIsAnotherDisksDeviceName() {
        Graph graph = new Graph(List.of(DISK, disk("base", null, image("b", "/i/b"))), List.of(), true, Map.of());
        assertThat(graph.isAmbiguous("base")).isTrue();
        assertThat(graph.isAmbiguous("a")).isFalse();
        JobPlan plan = JobPlan.of(new BlockChain(List.of(image("a", "/i/a"), BASE)), CommitRequest.of("vda"));
        assertThatThrownBy(() -> StartCommand.of(
                        new StartCommand.Sheet(
                                plan,
                                new JobId("j"),
                                graph,
                                io.github.qmp4j.schema.QmpSchema.of(
                                        com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.arrayNode())),
                        Optional.empty()))
                .hasMessageContaining("is the name of another disk too");
    }

    /** A filter that was listed when nodes could be listed last says nothing of now. */
    @Test
    void seesNoFilterWhereNothingCouldBeListed() {
        GraphNode filter = new GraphNode(
                "#f", "/i/a", "mirror_top", false, Set.of(), Optional.empty(), List.of(), MissingNode.getInstance());
        assertThat(new Graph(List.of(DISK), List.of(filter), true, Map.of())
                        .jobFiltersIn(DISK.chain().nodes()))
                .contains(filter);
        assertThat(new Graph(List.of(DISK), List.of(filter), false, Map.of())
                        .jobFiltersIn(DISK.chain().nodes()))
                .isEmpty();
    }

    /** Two disks without a guest device have no name in common, and neither may stand for the other. */
    @Test
    void neverTakesOneDiskWithoutADeviceForAnother() {
        Disk one = disk(null, null, image("a", "/i/a"));
        Disk two = disk(null, null, image("b", "/i/b"));
        Disk unknown = disk(null, null, image(null, "/i/c"));
        Graph after = new Graph(List.of(two, unknown), List.of(), true, Map.of());
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
        assertThat(new Graph(List.of(bare, moved), List.of(), true, Map.of()).same(DISK))
                .contains(moved);
        assertThat(new Graph(List.of(DISK), List.of(), true, Map.of()).same(bare))
                .isEmpty();
    }

    private static Claim copyOf(Disk disk) {
        return Claim.of(JobPlan.of(disk.chain(), CopyRequest.of(disk.name(), "/t", "raw")), disk);
    }

    @Test
    void keepsDisksWithoutDevicesForOneJobEach() {
        JobRegistry registry = new JobRegistry();
        Disk one = disk(null, null, image("a", "/i/a"));
        Disk two = disk(null, null, image("b", "/i/b"));
        registry.reserve(copyOf(one), new JobId("j1"));
        JobRegistry.Hold second = registry.reserve(copyOf(two), new JobId("j2"));
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
        Graph graph = new Graph(List.of(bare, DISK), List.of(), true, Map.of());
        assertThat(graph.find(DiskRef.of("vda"))).isEqualTo(DISK);
        assertThat(graph.find(DiskRef.of("/i/b"))).isEqualTo(bare);
    }

    @Test
    void saysThatDisksWithoutADeviceCannotBeSeenNow() {
        assertThatThrownBy(() -> new Graph(List.of(), List.of(), false, Map.of()).find(DiskRef.of("x")))
                .hasMessageContaining("cannot be seen while a pull or a backup exists");
    }
}
