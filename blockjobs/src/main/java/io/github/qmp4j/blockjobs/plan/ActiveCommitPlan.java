package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code block-commit} from the active layer on: it becomes READY, and a pivot puts the disk on the base. */
final class ActiveCommitPlan extends JobPlan {
    private final CommitRequest commit;

    ActiveCommitPlan(Layout layout, CommitRequest commit) {
        super(layout);
        this.commit = commit;
    }

    private BlockNode lower() {
        return baseNode().orElseThrow();
    }

    @Override
    public JobPlan on(BlockChain before, BlockChain after) {
        return new ActiveCommitPlan(layout().with(before, after), commit);
    }

    @Override
    public boolean becomesReady() {
        return true;
    }

    @Override
    List<BlockNode> held() {
        return before().nodes().subList(top(), base() + 1);
    }

    @Override
    List<BlockNode> kept() {
        return List.of();
    }

    @Override
    void requireSizes() {
        if (!commit.growsDisk()) {
            LayerSizes.requireNoGrowth(commit.disk(), topNode(), lower());
        }
    }

    @Override
    public OptionalLong growth() {
        long size = lower().virtualSize();
        return size > topNode().virtualSize() ? OptionalLong.of(size) : OptionalLong.empty();
    }

    /** QEMU wants the root as the device, also where filters stand between that and top. */
    @Override
    QmpCommand<JsonNode> command(CommandContext context, Optional<String> targetNode) {
        return context.becomingReady("block-commit", before().activeLayer())
                .with("top-node", context.handle(topNode()))
                .with("base-node", context.handle(lower()))
                .with("on-error", context.onError());
    }

    @Override
    public BlockNode receiver() {
        return before().nodes().get(before().imagePlaceFrom(base()));
    }

    @Override
    List<BlockNode> moved() {
        return before().nodes().subList(top(), base());
    }

    /** QEMU flushes the base before the job ends, and fails the job where that fails. */
    @Override
    public List<BlockNode> written() {
        return List.of();
    }

    /** After a pivot the old active layer too, since the guest goes on writing below it. */
    @Override
    public List<BlockNode> invalidated(boolean pivoted) {
        return before().nodes().subList(pivoted ? top() : top() + 1, base());
    }

    @Override
    public Optional<HeaderChange> header() {
        return Optional.empty();
    }

    @Override
    public boolean isOnTarget(BlockChain now, Optional<String> targetNode) {
        return now.activeImage().isSameImage(after().activeImage());
    }
}
