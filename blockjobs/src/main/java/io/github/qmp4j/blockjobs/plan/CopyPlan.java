package io.github.qmp4j.blockjobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CopyEngine;
import io.github.qmp4j.blockjobs.CopyExtent;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.graph.Chains;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code drive-mirror} and {@code blockdev-mirror}: a disk is copied and kept in step. Filters above the active image stay where they
 * are: left to itself QEMU would put the copy in the place of the highest of them.
 */
public final class CopyPlan extends JobPlan {
    /** The formats whose header can name a backing file. */
    public static final Set<String> WITH_BACKING = Set.of("qcow2", "qcow", "qed", "vmdk");

    private final CopyRequest copy;

    private CopyPlan(Layout layout, CopyRequest copy) {
        super(layout);
        this.copy = copy;
    }

    static CopyPlan of(BlockChain chain, CopyRequest request) {
        int top = chain.imagePlaceFrom(0);
        if (top > 0 && request.extent() == CopyExtent.NONE) {
            throw new BlockChainException(
                    "a copy that stands on the disk itself (NONE) would put filter '%s' of disk %s below it, out of the guest's way; copy all of the disk, or its active layer"
                            .formatted(chain.activeLayer().label(), request.disk()));
        }
        int base = base(chain, request.extent());
        BlockNode target = target(request.target(), chain.activeLayer().virtualSize());
        boolean hasBacking = base < chain.nodes().size();
        boolean cannot = !(request.target() instanceof CopyTarget.Node) && !WITH_BACKING.contains(target.driver());
        if (hasBacking && cannot) {
            throw new BlockChainException(
                    "a target of the format %s has no backing file, and the copy would lose what lies below; copy all of the disk, or use qcow2"
                            .formatted(target.driver()));
        }
        List<BlockNode> upper = new ArrayList<>(chain.nodes().subList(0, top));
        upper.add(target);
        BlockChain after = Chains.joined(upper, chain, base);
        return new CopyPlan(new Layout(request, chain, top, base, after), request);
    }

    /** QEMU looks through filters for the image that the copy of the active layer is to stand on. */
    private static int base(BlockChain chain, CopyExtent extent) {
        int below = chain.imagePlaceFrom(0) + 1;
        return switch (extent) {
            case FULL -> chain.nodes().size();
            case TOP -> below == chain.nodes().size() ? below : chain.imagePlaceFrom(below);
            case NONE -> 0;
        };
    }

    private static BlockNode target(CopyTarget target, long size) {
        Optional<String> node =
                target instanceof CopyTarget.Node named ? Optional.of(named.nodeName()) : Optional.empty();
        String file = "";
        String format = "";
        if (target instanceof CopyTarget.File to) {
            file = to.path();
            format = to.format();
        } else if (target instanceof CopyTarget.BlockDevice to) {
            file = to.path();
            format = to.format();
        }
        return new BlockNode(node, file, format, size, OptionalLong.empty(), false, Optional.empty());
    }

    public CopyRequest copy() {
        return copy;
    }

    /** Whether {@code drive-mirror} makes the copy; {@code blockdev-mirror} makes the others. */
    public static boolean byDriveMirror(CopyRequest request) {
        boolean opensBackingTwice = request.reuseExternal() && request.extent() == CopyExtent.TOP;
        return request.engine() == CopyEngine.DRIVE_MIRROR
                || (request.engine() == CopyEngine.AUTO
                        && request.target() instanceof CopyTarget.File
                        && !opensBackingTwice);
    }

    /**
     * Refuses a copy whose backing file QEMU cannot name.
     *
     * @throws BlockChainException if QEMU would write a name into the header of a new target that means nothing there
     */
    public void requireNamedBacking() {
        if (!byDriveMirror(copy) || copy.reuseExternal()) {
            return;
        }
        int place =
                switch (copy.extent()) {
                    case FULL -> before().nodes().size();
                    case TOP -> before().imagePlaceFrom(0) + 1;
                    case NONE -> 0;
                };
        before().nodes().stream()
                .skip(place)
                .limit(1)
                .filter(backing -> !backing.path().equals(Optional.of(backing.file())))
                .forEach(backing -> {
                    throw new BlockChainException(
                            "QEMU would write a json: text for %s into the header of the copy; make the target with qemu-img create -b, and ask for reuse (CopyRequest.withReuseExternal)"
                                    .formatted(backing.label()));
                });
    }

    @Override
    public JobPlan on(BlockChain before, BlockChain after) {
        return new CopyPlan(layout().with(before, after), copy);
    }

    @Override
    public boolean becomesReady() {
        return true;
    }

    @Override
    List<BlockNode> held() {
        return List.of();
    }

    @Override
    List<BlockNode> kept() {
        return List.of();
    }

    /** The target has the size of the disk, which is looked at before the start. */
    @Override
    void requireSizes() {}

    @Override
    public Optional<String> newFile() {
        return copy.newFile();
    }

    /** The job's id where it can be one; an id that was used before may be the name of the node that the disk got then. */
    @Override
    Optional<String> ownTarget(CommandContext context) {
        return Optional.of(context.freeNodeName()
                .orElseGet(() -> JobIds.make("copy", "target").value()));
    }

    /** The device must be the root; where that is a filter, the image below it is what the copy replaces. */
    @Override
    QmpCommand<JsonNode> command(CommandContext context, Optional<String> targetNode) {
        boolean byDriveMirror = byDriveMirror(copy);
        QmpCommand<JsonNode> command = context.becomingReady(
                        byDriveMirror ? "drive-mirror" : "blockdev-mirror", before().activeLayer())
                .with("replaces", top() == 0 ? null : context.handle(topNode()))
                .with("sync", copy.extent().qmpName())
                .with("granularity", nullable(copy.granularity()))
                .with("buf-size", nullable(copy.bufSize()))
                .with("copy-mode", copy.synchronousWrites() ? "write-blocking" : null)
                .with("on-source-error", context.onError())
                .with("on-target-error", context.onError());
        return byDriveMirror
                ? withNewFile(command, (CopyTarget.File) copy.target(), targetNode.orElseThrow())
                : command.with("target", targetNode.orElseThrow());
    }

    private QmpCommand<JsonNode> withNewFile(QmpCommand<JsonNode> command, CopyTarget.File target, String targetNode) {
        return command.with("target", target.path())
                .with("format", target.format())
                .with("node-name", targetNode)
                .with("mode", copy.reuseExternal() ? "existing" : "absolute-paths")
                .with("unmap", copy.unmap() ? null : false);
    }

    private static @Nullable Long nullable(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    @Override
    public BlockNode receiver() {
        return after().nodes().get(top());
    }

    /** The node of any other target goes with the job, and its file is no complete copy. */
    @Override
    public boolean keepsReceiver() {
        return copy.target() instanceof CopyTarget.Node;
    }

    /** A copy of nothing yet receives what the guest writes from now on. */
    @Override
    List<BlockNode> moved() {
        return before().nodes().subList(top(), Math.max(base(), top() + 1));
    }

    /** QEMU flushes the target before the job ends, and fails the job where that fails. */
    @Override
    public List<BlockNode> written() {
        return List.of();
    }

    @Override
    public List<BlockNode> invalidated(boolean pivoted) {
        return List.of();
    }

    @Override
    public Optional<HeaderChange> header() {
        return Optional.empty();
    }

    @Override
    public boolean isOnTarget(BlockChain now, Optional<String> targetNode) {
        return now.nodes().size() > top() && now.nodes().get(top()).nodeName().equals(targetNode);
    }

    /** Below a copy onto a file that was there QEMU opens new nodes, by the file's header. */
    @Override
    public boolean isAsPredicted(int place, BlockNode now) {
        BlockNode predicted = after().nodes().get(place);
        return place == top() || now.isSameImage(predicted) || now.isSameFile(predicted);
    }
}
