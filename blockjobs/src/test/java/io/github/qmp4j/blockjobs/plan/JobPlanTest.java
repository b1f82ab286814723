package io.github.qmp4j.blockjobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.WhenReady;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reference §4.3: which nodes a request means, on base ← snap1 ← snap2 ← active. */
public class JobPlanTest {
    static final BlockChain CHAIN = new BlockChain(
            Stream.of("active", "snap2", "snap1", "base").map(JobPlanTest::node).toList());

    public static BlockNode node(String name) {
        return new BlockNode(
                Optional.of(name), "/i/" + name, "qcow2", 8, OptionalLong.empty(), false, Optional.empty());
    }

    private static CommitRequest commit(@Nullable String top, @Nullable String base, boolean shallow) {
        CommitRequest whole = CommitRequest.of("d");
        CommitRequest below = top == null ? whole : whole.withTop(top);
        return (base == null ? below : below.withBase(base)).withShallow(shallow);
    }

    private static List<String> names(BlockChain chain) {
        return chain.nodes().stream().map(BlockNode::label).toList();
    }

    @ParameterizedTest
    @CsvSource({
        ",,false, ActiveCommitPlan, active, base, base",
        "active,,false, ActiveCommitPlan, active, base, base",
        ",base,false, ActiveCommitPlan, active, base, base",
        ",snap2,false, ActiveCommitPlan, active, snap2, snap2 snap1 base",
        ",,true, ActiveCommitPlan, active, snap2, snap2 snap1 base",
        ",snap2,true, ActiveCommitPlan, active, snap2, snap2 snap1 base",
        "snap2,,true, IntermediateCommitPlan, snap2, snap1, active snap1 base",
        "snap2,,false, IntermediateCommitPlan, snap2, base, active base",
        "/i/snap2,/i/snap1,false, IntermediateCommitPlan, snap2, snap1, active snap1 base",
        "snap1,,false, IntermediateCommitPlan, snap1, base, active snap2 base",
    })
    void normalisesACommit(
            String top, String base, boolean shallow, String kind, String topNode, String baseNode, String after) {
        JobPlan plan = Planner.plan(CHAIN, commit(top, base, shallow));
        assertThat(plan.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(plan.topNode().label()).isEqualTo(topNode);
        assertThat(plan.baseNode().orElseThrow().label()).isEqualTo(baseNode);
        assertThat(names(plan.after())).containsExactly(after.split(" "));
    }

    /** Filters above the active layer stay, and data goes into images. */
    @ParameterizedTest
    @CsvSource({
        ",,false, ActiveCommitPlan, active, base, root1 root2 base",
        "active,,false, ActiveCommitPlan, active, base, root1 root2 base",
        "active,,true, ActiveCommitPlan, active, snap, root1 root2 snap base",
        ",middle,false, ActiveCommitPlan, active, middle, root1 root2 middle snap base",
        "snap,,false, , , ,filter 'middle' is right above top 'snap'",
        "middle,,false, IntermediateCommitPlan, middle, base, root1 root2 active base",
        "root1,,false, , , ,is a filter above the active layer of disk d",
        "root2,,false, , , ,give 'active' as top",
        "active,middle,true, , , ,goes into its backing node 'snap'",
    })
    void commitsBelowTheFiltersOfADisk(
            String top,
            String base,
            boolean shallow,
            @Nullable String kind,
            String topNode,
            String baseNode,
            String after) {
        BlockChain chain = new BlockChain(List.of(
                filter("root1"), filter("root2"), node("active"), filter("middle"), node("snap"), node("base")));
        CommitRequest request = commit(top, base, shallow);
        if (kind == null) {
            assertThatThrownBy(() -> Planner.plan(chain, request)).hasMessageContaining(after);
            return;
        }
        JobPlan plan = Planner.plan(chain, request);
        assertThat(plan.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(plan.topNode().label()).isEqualTo(topNode);
        assertThat(plan.baseNode().orElseThrow().label()).isEqualTo(baseNode);
        assertThat(names(plan.after())).containsExactly(after.split(" "));
    }

    @Test
    void refusesACommitOfALoneImageBelowAFilter() {
        BlockChain chain = new BlockChain(List.of(filter("root"), node("active")));
        assertThatThrownBy(() -> Planner.plan(chain, commit(null, null, false)))
                .hasMessageContaining("disk d has no backing node that active could be committed into");
    }

    private static BlockNode filter(String name) {
        return new BlockNode(
                Optional.of(name), "json:" + name, "throttle", 8, OptionalLong.empty(), false, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        ",base,true, goes into its backing node 'snap2'",
        "snap2,base,true, goes into its backing node 'snap1'",
        "snap1,snap2,false, not below top",
        "snap1,snap1,false, not below top",
        "base,,false, not below top",
        "base,,true, not below top",
        ",active,false, not below top",
        "nope,,false, top 'nope' is not in the chain",
        ",nope,false, base 'nope' is not in the chain"
    })
    void refusesACommitThatDoesNotFit(String top, String base, boolean shallow, String sentence) {
        assertThatThrownBy(() -> Planner.plan(CHAIN, commit(top, base, shallow)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        ",, active", "base,, active base", "snap2,, active snap2 snap1 base",
        ",base, active", ",snap1, active base", ",active, active snap2 snap1 base"
    })
    void normalisesAPull(@Nullable String base, @Nullable String bottom, String after) {
        PullRequest pull =
                base == null ? PullRequest.of("d") : PullRequest.of("d").withBase(base);
        pull = bottom == null ? pull : pull.withBottom(bottom);
        assertThat(names(Planner.plan(CHAIN, pull).after())).containsExactly(after.split(" "));
    }

    @Test
    void refusesToDoAnythingAtReadyWithACommitThatEndsByItself() {
        assertThatThrownBy(
                        () -> Planner.plan(CHAIN, commit("snap2", null, false).withWhenReady(WhenReady.PIVOT)))
                .hasMessageContaining("never becomes READY");
    }

    @Test
    void refusesAFileThatIsTwiceInTheChain() {
        BlockNode twin =
                new BlockNode(Optional.empty(), "/i/base", "qcow2", 8, OptionalLong.empty(), false, Optional.empty());
        BlockChain twice = new BlockChain(List.of(node("active"), twin, node("base")));
        assertThatThrownBy(() -> Planner.plan(twice, commit(null, "/i/base", false)))
                .hasMessageContaining("is there twice");
    }

    @Test
    void takesNoBaseTogetherWithABottom() {
        assertThatThrownBy(() -> PullRequest.of("d").withBase("base").withBottom("snap1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** What lay between top and base is spoilt, and after a pivot the old active layer too. */
    @Test
    void tellsWhichImagesACommitSpoils() {
        assertThat(Planner.plan(CHAIN, commit("snap2", "base", false)).invalidated(false))
                .extracting(BlockNode::label)
                .containsExactly("snap1");
        assertThat(Planner.plan(CHAIN, commit(null, "snap1", false)).invalidated(false))
                .extracting(BlockNode::label)
                .containsExactly("snap2");
        assertThat(Planner.plan(CHAIN, commit(null, "snap1", false)).invalidated(true))
                .extracting(BlockNode::label)
                .containsExactly("active", "snap2");
        assertThat(Planner.plan(CHAIN, PullRequest.of("d")).invalidated(true)).isEmpty();
    }
}
