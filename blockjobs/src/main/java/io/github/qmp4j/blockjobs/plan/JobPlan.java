package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a request means on a certain chain: one class for each of QEMU's jobs, and all that differs between them. {@link Planner}
 * makes them.
 */
public abstract sealed class JobPlan permits PullPlan, IntermediateCommitPlan, ActiveCommitPlan, CopyPlan {
    private final Layout layout;

    JobPlan(Layout layout) {
        this.layout = layout;
    }

    public final BlockJobRequest request() {
        return layout.request();
    }

    public final BlockChain before() {
        return layout.before();
    }

    public final int top() {
        return layout.top();
    }

    public final int base() {
        return layout.base();
    }

    /** The chain when the job has completed, with a pivot where it can have one. */
    public final BlockChain after() {
        return layout.after();
    }

    final Layout layout() {
        return layout;
    }

    /** The highest node that the job works on. */
    public final BlockNode topNode() {
        return layout.topNode();
    }

    /** The node that stays or receives; empty for a pull of the whole chain and for a full copy. */
    public final Optional<BlockNode> baseNode() {
        return layout.baseNode();
    }

    /** The nodes of the chain that are not in it any more when the job has completed. */
    public final List<BlockNode> dropped() {
        return before().nodes().stream()
                .filter(node -> after().nodes().stream().noneMatch(node::equals))
                .toList();
    }

    /** What a message calls it: pull, commit or copy. */
    public final String word() {
        return request().type().word();
    }

    /** The same plan on chains that name their images differently. */
    public abstract JobPlan on(BlockChain before, BlockChain after);

    /** Whether the job waits at READY for a pivot or for its end; the others end by themselves, by way of PENDING. */
    public abstract boolean becomesReady();

    // --- what it needs ---

    /** Whether no other job may work on the disk, since the whole chain is predicted. */
    final boolean needsWholeDisk() {
        return becomesReady();
    }

    /** The nodes that the job works on. */
    abstract List<BlockNode> held();

    /** The nodes that must only stay where they are. */
    abstract List<BlockNode> kept();

    /** @throws BlockChainException if the job would change what the guest reads, or the size of its disk */
    abstract void requireSizes();

    /** How many bytes the active layer must have before the job starts; empty if its size stays. */
    public OptionalLong growth() {
        return OptionalLong.empty();
    }

    /** The path of the file that the job makes; empty if it makes none. */
    public Optional<String> newFile() {
        return Optional.empty();
    }

    /** The node-name that QEMU is to give a target that it opens itself; empty where there is no such target. */
    Optional<String> ownTarget(CommandContext context) {
        return Optional.empty();
    }

    /** The command that starts the job. */
    abstract QmpCommand<JsonNode> command(CommandContext context, Optional<String> targetNode);

    // --- what it moves, and where to ---

    /** The image that has the data when the job has completed. */
    public abstract BlockNode receiver();

    /** Whether the receiver lies above the images that go away. */
    public boolean isReceiverAbove() {
        return false;
    }

    /** Whether the receiver is still a node of QEMU after a job that was undone. */
    public boolean keepsReceiver() {
        return true;
    }

    /** The images whose data the job moves, and those that the guest writes to meanwhile. */
    abstract List<BlockNode> moved();

    /** The nodes whose data or header the job writes and QEMU does not flush at its end. */
    public abstract List<BlockNode> written();

    /** The images that no longer mean what they did, once a commit has written to its base. */
    public abstract List<BlockNode> invalidated(boolean pivoted);

    // --- the header ---

    /** The header that QEMU rewrites at the end of the job; empty if there is none. */
    public abstract Optional<HeaderChange> header();

    /** The node whose header is to name another backing file when the job has completed; empty if there is none. */
    public final Optional<BlockNode> overlay() {
        return header().filter(change -> change.backing().isPresent()).map(HeaderChange::image);
    }

    /** The node whose header QEMU rewrites; empty if there is none. */
    final Optional<BlockNode> rewritten() {
        return header().map(HeaderChange::image);
    }

    /**
     * What the header of the overlay is to name; empty if it names nothing, or if there is no overlay.
     *
     * @throws BlockChainException if that cannot be written
     */
    public final Optional<String> backingString() {
        return header().flatMap(
                        change -> change.backing().map(base -> BackingString.of(change.image(), base, change.name())));
    }

    // --- how its end is described ---

    /** The place of the highest node whose header or data the job changes. */
    public int uppermost() {
        return top();
    }

    /** Whether a disk whose chain is this one has been switched. */
    public abstract boolean isOnTarget(BlockChain now, Optional<String> targetNode);

    /** Whether a node may be at that place of the chain after a pivot. */
    public boolean isAsPredicted(int place, BlockNode now) {
        return now.isSameImage(after().nodes().get(place));
    }
}
