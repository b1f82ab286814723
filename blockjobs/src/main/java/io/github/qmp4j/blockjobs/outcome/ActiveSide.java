package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import java.util.Optional;

/**
 * Where a disk stands after a job that we started. A guest device, a filter or an export that is above the source shows it; where
 * nothing is, only the verb does that QEMU has accepted.
 *
 * @param chain what the disk is on now; empty where that cannot be known
 * @param doubt why the chain or the head cannot be known; empty where both can
 */
record ActiveSide(Head head, Optional<BlockChain> chain, String doubt) {

    static ActiveSide of(JobPlan plan, Disk disk, Optional<String> targetNode, EndFacts facts) {
        if (facts.after().isEmpty()) {
            return unknown("the graph could not be checked: " + facts.doubt());
        }
        Graph after = facts.after().get();
        if (hidesItsPivot(plan, disk)) {
            return byVerb(plan, disk, targetNode, facts, after);
        }
        Optional<BlockChain> chain = switchesTheTop(plan, disk)
                ? after.exported(disk).flatMap(after::chainOf)
                : after.same(disk).map(Disk::chain);
        return chain.map(now -> new ActiveSide(head(plan, disk, targetNode, now), chain, ""))
                .orElseGet(() -> unknown("disk %s has gone".formatted(disk.name())));
    }

    /** Whether nothing is above the node that a pivot would replace, so that the graph could not show one. */
    static boolean hidesItsPivot(JobPlan plan, Disk disk) {
        return switchesTheTop(plan, disk) && disk.exports().isEmpty();
    }

    /** Below a filter of the user the switch is seen, since the filter is there before and after. */
    private static boolean switchesTheTop(JobPlan plan, Disk disk) {
        return !disk.isPluggedIn() && plan.becomesReady() && plan.top() == 0;
    }

    private static ActiveSide unknown(String doubt) {
        return new ActiveSide(Head.UNKNOWN, Optional.empty(), doubt);
    }

    private static ActiveSide byVerb(
            JobPlan plan, Disk disk, Optional<String> targetNode, EndFacts facts, Graph after) {
        Optional<BlockChain> source = after.same(disk).map(Disk::chain);
        return switch (facts.result()) {
            case UNKNOWN -> unknown(facts.doubt());
            case CANCELLED -> new ActiveSide(Head.SOURCE, source, "");
            case FAILED ->
                facts.granted() == EndFacts.Asked.PIVOT
                        ? unknown("the job failed after its pivot was accepted")
                        : new ActiveSide(Head.SOURCE, source, "");
            case SUCCEEDED ->
                switch (facts.granted()) {
                    case PIVOT -> new ActiveSide(Head.TARGET, Optional.of(target(plan, targetNode, after)), "");
                    case FINISH -> new ActiveSide(Head.SOURCE, source, "");
                    case NOTHING, CANCEL, FINALIZE ->
                        new ActiveSide(
                                Head.UNKNOWN,
                                source,
                                "nothing is above disk %s that could show whether it was switched, and it was not this side that ended the job"
                                        .formatted(disk.name()));
                };
        };
    }

    /** A copy's node that QEMU opened itself goes with the job if nothing uses it. */
    private static BlockChain target(JobPlan plan, Optional<String> targetNode, Graph after) {
        return targetNode
                .or(() -> plan.after().activeLayer().nodeName())
                .flatMap(after::chainOf)
                .orElse(plan.after());
    }

    private static Head head(JobPlan plan, Disk disk, Optional<String> targetNode, BlockChain now) {
        // A filter above the active layer is there before and after, and tells nothing.
        boolean isSource = now.activeImage().isSameImage(disk.chain().activeImage());
        return plan.isOnTarget(now, targetNode) ? Head.TARGET : isSource ? Head.SOURCE : Head.UNKNOWN;
    }
}
