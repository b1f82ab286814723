package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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

    private static GraphNode node(String name, String file, String... backing) {
        return new GraphNode(name, file, "qcow2", false, Set.of(backing), Optional.empty(), Set.of());
    }

    private static Disk disk(@Nullable String device, @Nullable String qdev, BlockNode... chain) {
        return new Disk(Optional.ofNullable(device), Optional.ofNullable(qdev), new BlockChain(List.of(chain)));
    }

    private static final BlockNode BASE = image("base", "/i/base");
    private static final Disk DISK = disk(null, "/machine/peripheral/vda/virtio-backend", image("a", "/i/a"));

    private static List<BlockNode> unused(boolean listed, Set<String> exported, GraphNode... nodes) {
        return new Graph(List.of(DISK), List.of(nodes), listed, exported).unused(List.of(BASE));
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
                                Set.of())
                        .unused(List.of(BASE)))
                .as("another disk, by a relative name")
                .isEmpty();
    }

    @Test
    void findsADiskByEachOfItsNames() {
        Disk drive = disk("drive0", "/machine/peripheral-anon/device[0]/virtio-backend", image("b", "/i/b"));
        Graph graph = new Graph(List.of(DISK, drive), List.of(), true, Set.of());
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
        Graph graph = new Graph(List.of(DISK, disk("a", null, image("b", "/i/b"))), List.of(), true, Set.of());
        assertThatThrownBy(() -> graph.find(DiskRef.of("a"))).hasMessageContaining("may mean any of the disks vda, a");
    }

    /** P35: QEMU takes a device's name before a node's. */
    @Test
    void knowsANodeNameThatIsAnotherDisksDeviceName() {
        Graph graph = new Graph(List.of(DISK, disk("base", null, image("b", "/i/b"))), List.of(), true, Set.of());
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
        GraphNode filter = new GraphNode("#f", "/i/a", "mirror_top", false, Set.of(), Optional.empty(), Set.of());
        assertThat(new Graph(List.of(DISK), List.of(filter), true, Set.of()).jobFilterIn(DISK.chain()))
                .contains(filter);
        assertThat(new Graph(List.of(DISK), List.of(filter), false, Set.of()).jobFilterIn(DISK.chain()))
                .isEmpty();
    }
}
