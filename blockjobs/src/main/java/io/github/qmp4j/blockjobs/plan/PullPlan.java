package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.graph.Chains;
import java.util.List;
import java.util.Optional;

/** {@code block-stream}: an image takes the data of those below it. Filters above the active layer stay where they are. */
public final class PullPlan extends JobPlan {
    private final PullRequest pull;

    private PullPlan(Layout layout, PullRequest pull) {
        super(layout);
        this.pull = pull;
    }

    static PullPlan of(BlockChain chain, PullRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int base = request.base()
                .map(name -> Layout.place(chain, request, "base", name))
                .or(() -> request.bottom().map(name -> Layout.place(chain, request, "bottom", name) + 1))
                .orElse(nodes.size());
        int top = request.into()
                .map(name -> Layout.place(chain, request, "into", name))
                .orElse(chain.imagePlaceFrom(0));
        if (nodes.get(top).isFilter()) {
            throw new BlockChainException("'%s' is a filter and holds no data; name the image below it"
                    .formatted(nodes.get(top).label()));
        }
        Layout.requireWritable(chain, request, top);
        if (base <= top) {
            throw new BlockChainException(
                    request.into().isEmpty()
                            ? "base '%s' is the active layer of disk %s itself; a base lies below it"
                                    .formatted(request.base().orElse(""), request.disk())
                            : "a pull into '%s' takes its data from below it in the chain of disk %s: %s"
                                    .formatted(nodes.get(top).label(), request.disk(), Chains.drawn(chain)));
        }
        BlockChain after = Chains.joined(nodes.subList(0, top + 1), chain, base);
        return new PullPlan(new Layout(request, chain, top, base, after), request);
    }

    @Override
    public JobPlan on(BlockChain before, BlockChain after) {
        return new PullPlan(layout().with(before, after), pull);
    }

    @Override
    public boolean becomesReady() {
        return false;
    }

    @Override
    List<BlockNode> held() {
        return before().nodes().subList(top(), base());
    }

    @Override
    List<BlockNode> kept() {
        return baseNode().stream().toList();
    }

    @Override
    void requireSizes() {
        baseNode()
                .ifPresent(base -> LayerSizes.requireCovered(
                        this.word(), topNode(), before().nodes().get(top() + 1), base, "pull without a base"));
    }

    /** The command goes to an image, that of the request or the active layer, and not to the filters above it. */
    @Override
    QmpCommand<JsonNode> command(CommandContext context, Optional<String> targetNode) {
        QmpCommand<JsonNode> command =
                context.endingByItself("block-stream", topNode()).with("on-error", context.onError());
        return baseNode()
                .map(base -> context.withHeader(
                        command.with("base-node", context.handle(base)),
                        backingString().orElseThrow()))
                .orElse(command);
    }

    @Override
    public BlockNode receiver() {
        return topNode();
    }

    @Override
    public boolean isReceiverAbove() {
        return true;
    }

    @Override
    List<BlockNode> moved() {
        return before().nodes().subList(top() + 1, base());
    }

    @Override
    public List<BlockNode> written() {
        return List.of(topNode());
    }

    @Override
    public List<BlockNode> invalidated(boolean pivoted) {
        return List.of();
    }

    @Override
    public Optional<HeaderChange> header() {
        return Optional.of(new HeaderChange(topNode(), baseNode(), pull.backingName(), true, false));
    }

    @Override
    public boolean isOnTarget(BlockChain now, Optional<String> targetNode) {
        return false;
    }
}
