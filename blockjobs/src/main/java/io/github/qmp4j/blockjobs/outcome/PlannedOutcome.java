package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskSize;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.graph.Chains;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.header.HeaderProof;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NewHeader;
import io.github.qmp4j.blockjobs.plan.OtherOverlays;
import io.github.qmp4j.blockjobs.plan.PlainText;
import io.github.qmp4j.blockjobs.plan.SnapshotGuard;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Decides the outcome of a job that this side started: the chain must be what was predicted.
 *
 * @param disk the disk as it was before
 * @param targetNode the node-name of a copy's target
 */
public record PlannedOutcome(JobPlan plan, Disk disk, Optional<String> targetNode) implements OutcomeRule {

    @Override
    public boolean neverReady() {
        return !plan.becomesReady();
    }

    @Override
    public boolean mayWait() {
        return neverReady();
    }

    @Override
    public List<String> written(JobId job) {
        return plan.written().stream().flatMap(node -> node.nodeName().stream()).toList();
    }

    /** A snapshot above is no misfit, nor is a job on another part of the chain. */
    @Override
    public Optional<String> misfit(Graph now) {
        Optional<BlockChain> chain = now.same(disk).map(Disk::chain);
        if (chain.isEmpty()) {
            return Optional.of("disk %s has gone".formatted(disk.name()));
        }
        List<BlockNode> planned = images(plan.before().nodes().subList(plan.uppermost(), lowest()));
        List<BlockNode> there = images(chain.get().nodes()).stream()
                .dropWhile(node -> !planned.get(0).isSameImage(node))
                .toList();
        boolean fits = there.size() >= planned.size()
                && (plan.baseNode().isPresent() || there.size() == planned.size())
                && IntStream.range(0, planned.size())
                        .allMatch(i -> planned.get(i).isSameImage(there.get(i)));
        return fits
                ? OtherOverlays.find(plan, now).or(() -> SnapshotGuard.doubt(plan, now))
                : Optional.of("the chain of disk %s is now %s, and the job was planned on %s"
                        .formatted(disk.name(), Chains.drawn(chain.get()), Chains.drawn(plan.before())));
    }

    @Override
    public CompletableFuture<Void> proveHeader(JobContext context, JobId job, Graph now) {
        return NewHeader.of(plan)
                .map(header -> HeaderProof.beforeFinalize(context, header, now))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<Boolean> mendHeader(JobContext context, JobId job, Graph after) {
        return after.same(disk)
                .map(Disk::chain)
                .filter(this::isAsPredicted)
                .flatMap(chain -> NewHeader.of(plan))
                .flatMap(header -> after.current(header.image())
                        .map(now -> new NewHeader(now, header.backingName(), header.job())))
                .map(header -> HeaderProof.mend(context, header, after))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    private int lowest() {
        return Math.min(plan.base() + 1, plan.before().nodes().size());
    }

    private static List<BlockNode> images(List<BlockNode> nodes) {
        return nodes.stream().filter(node -> !node.isFilter()).toList();
    }

    @Override
    public JobOutcome decide(EndFacts facts) {
        ActiveSide side = ActiveSide.of(plan, disk, targetNode, facts);
        Head head = side.head();
        End end = end(facts, side);
        boolean done = end instanceof End.Completed && (!plan.becomesReady() || head == Head.TARGET);
        return new JobOutcome(
                facts.job(),
                end,
                head,
                facts.progress(),
                done ? facts.after().orElseThrow().unused(plan.dropped()) : List.of(),
                false,
                plan.invalidated(head == Head.TARGET),
                leftovers(end, head, facts.result() == EndFacts.Result.SUCCEEDED),
                side.chain().map(this::size),
                PlainText.isWrittenBy(plan));
    }

    private DiskSize size(BlockChain now) {
        return new DiskSize(
                disk.chain().activeLayer().virtualSize(), now.activeLayer().virtualSize());
    }

    private End end(EndFacts facts, ActiveSide side) {
        return switch (facts.result()) {
            case UNKNOWN -> new End.Unknown(facts.doubt());
            case FAILED -> new End.Failed(facts.error().orElse("QEMU gave no reason"));
            case CANCELLED -> new End.Cancelled();
            case SUCCEEDED ->
                side.chain()
                        .filter(chain -> side.doubt().isEmpty())
                        .map(chain -> afterSuccess(facts, chain, side.head()))
                        .orElseGet(() -> new End.Unknown("QEMU reports success, but " + side.doubt()));
        };
    }

    private End afterSuccess(EndFacts facts, BlockChain now, Head head) {
        if (head == Head.UNKNOWN) {
            return new End.Unknown("QEMU reports success, but the disk is on neither side of the job: its chain is "
                    + Chains.drawn(now));
        }
        if (plan.becomesReady() && head == Head.SOURCE) {
            Optional<String> why = facts.givenUp()
                    .or(() -> facts.asked() == EndFacts.Asked.PIVOT
                            ? Optional.of("QEMU reports success, but the disk has not been switched")
                            : Optional.empty());
            return why.<End>map(End.Failed::new).orElseGet(End.Completed::new);
        }
        if (isAsPredicted(now)) {
            return wrongHeader(now, facts.after().orElseThrow())
                    .<End>map(overlay -> new End.Unknown(
                            "QEMU reports success, but the header of %s still names another backing file (%s)"
                                    .formatted(
                                            overlay.label(),
                                            overlay.backingFile().orElse("none"))))
                    .orElseGet(End.Completed::new);
        }
        String difference = "the chain is %s and not %s".formatted(Chains.drawn(now), Chains.drawn(plan.after()));
        return head == Head.TARGET
                ? new End.Failed("the disk has been switched, but " + difference)
                : new End.Unknown("QEMU reports success, but " + difference);
    }

    /** The overlay, if at the next start of QEMU it would not read the base that it has now. */
    private Optional<BlockNode> wrongHeader(BlockChain now, Graph after) {
        return plan.overlay().flatMap(overlay -> now.nodes().stream()
                .filter(overlay::isSameImage)
                .filter(node -> after.current(node).isPresent())
                .filter(node -> !node.backingFile().equals(plan.backingString()))
                .findFirst());
    }

    private boolean isAsPredicted(BlockChain now) {
        return plan.becomesReady() ? isWholeAsPredicted(now) : isJoinedAsPredicted(now);
    }

    /** Above and below of what such a job works on another one may have changed the chain in the meantime. */
    private boolean isJoinedAsPredicted(BlockChain now) {
        BlockNode above = plan.before().nodes().get(plan.uppermost());
        List<BlockNode> fromThere =
                now.nodes().stream().dropWhile(node -> !above.isSameImage(node)).toList();
        Optional<BlockNode> below = fromThere.stream().skip(1).findFirst();
        return !fromThere.isEmpty()
                && plan.baseNode()
                        .map(base -> below.filter(base::isSameImage).isPresent())
                        .orElse(below.isEmpty());
    }

    private boolean isWholeAsPredicted(BlockChain now) {
        int size = plan.after().nodes().size();
        if (now.nodes().size() != size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (!plan.isAsPredicted(i, now.nodes().get(i))) {
                return false;
            }
        }
        return true;
    }

    private List<Leftover> leftovers(End end, Head head, boolean isWhole) {
        Optional<String> made = plan.newFile();
        if (made.isEmpty() || end instanceof End.Completed || head == Head.TARGET) {
            return List.of();
        }
        String why = end instanceof End.Unknown
                ? "the job made it; it is not known whether the disk uses it"
                : isWhole
                        ? "the job made it; it is a complete copy of the time when the job ended, and the disk does not use it"
                        : "the job made it, and it is no complete copy";
        return List.of(new Leftover(Leftover.Kind.FILE, made.get(), why));
    }
}
