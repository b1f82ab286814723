package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code block-commit} below the active layer: the layers from top on go into the base, and the job ends by itself. */
final class IntermediateCommitPlan extends JobPlan {
    private final CommitRequest commit;

    IntermediateCommitPlan(Layout layout, CommitRequest commit) {
        super(layout);
        this.commit = commit;
    }

    private BlockNode lower() {
        return baseNode().orElseThrow();
    }

    @Override
    public JobPlan on(BlockChain before, BlockChain after) {
        return new IntermediateCommitPlan(layout().with(before, after), commit);
    }

    @Override
    public boolean becomesReady() {
        return false;
    }

    /** QEMU blocks the root too, though nothing of it changes. */
    @Override
    List<BlockNode> held() {
        List<BlockNode> held = new ArrayList<>(before().nodes().subList(top() - 1, base() + 1));
        held.add(before().nodes().get(0));
        return held;
    }

    @Override
    List<BlockNode> kept() {
        return List.of();
    }

    @Override
    void requireSizes() {
        LayerSizes.requireCovered(
                word(),
                before().nodes().get(top() - 1),
                topNode(),
                lower(),
                "commit the active layer too (no top), pull all of the chain");
    }

    /** QEMU wants the root as the device, also where filters stand between that and top. */
    @Override
    QmpCommand<JsonNode> command(CommandContext context, Optional<String> targetNode) {
        return context.withHeader(
                context.endingByItself("block-commit", before().activeLayer())
                        .with("top-node", context.handle(topNode()))
                        .with("base-node", context.handle(lower()))
                        .with("on-error", context.onError()),
                backingString().orElseThrow());
    }

    @Override
    public BlockNode receiver() {
        return before().nodes().get(before().imagePlaceFrom(base()));
    }

    @Override
    List<BlockNode> moved() {
        return before().nodes().subList(top(), base());
    }

    @Override
    public List<BlockNode> written() {
        return Stream.concat(Stream.of(lower()), overlay().stream()).toList();
    }

    @Override
    public List<BlockNode> invalidated(boolean pivoted) {
        return before().nodes().subList(top() + 1, base());
    }

    @Override
    public int uppermost() {
        return top() - 1;
    }

    @Override
    public Optional<HeaderChange> header() {
        BlockNode overlay = before().nodes().get(top() - 1);
        return Optional.of(new HeaderChange(overlay, baseNode(), commit.backingName(), false, true));
    }

    @Override
    public boolean isOnTarget(BlockChain now, Optional<String> targetNode) {
        return false;
    }
}
