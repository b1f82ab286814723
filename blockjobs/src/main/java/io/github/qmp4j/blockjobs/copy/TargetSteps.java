package io.github.qmp4j.blockjobs.copy;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.node.TargetNodes;
import io.github.qmp4j.blockjobs.node.TargetStep;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the target of a {@code blockdev-mirror} comes about.
 *
 * @param node the node-name that it has in the end
 */
public record TargetSteps(List<TargetStep> steps, String node) {
    /** Those that QEMU can make knowing only their size. */
    private static final Set<String> MAKEABLE = Set.of("raw", "qcow2");

    /**
     * Empty where QEMU needs no node of ours.
     *
     * @throws BlockChainException if there is no way
     */
    public static Optional<TargetSteps> of(JobPlan plan, CommandContext context) {
        return plan instanceof CopyPlan copy && !CopyPlan.byDriveMirror(copy.copy())
                ? Optional.of(of(copy, context))
                : Optional.empty();
    }

    private static TargetSteps of(CopyPlan plan, CommandContext context) {
        CopyRequest request = plan.copy();
        if (request.target() instanceof CopyTarget.Node node) {
            return new TargetSteps(List.of(), node.nodeName());
        }
        Optional<String> backing = plan.baseNode().map(context::handle);
        String name = JobIds.make("copy", "target").value();
        List<TargetStep> steps = new ArrayList<>();
        if (request.target() instanceof CopyTarget.File file) {
            if (!request.reuseExternal()) {
                steps.addAll(made(plan, name + "-file", file));
            }
            steps.add(TargetNodes.image(name, file.format(), file.path(), false, request.unmap(), backing));
        } else if (request.target() instanceof CopyTarget.BlockDevice device) {
            steps.add(TargetNodes.image(name, device.format(), device.path(), true, request.unmap(), backing));
        }
        return new TargetSteps(List.copyOf(steps), name);
    }

    private static List<TargetStep> made(JobPlan plan, String name, CopyTarget.File file) {
        if (!MAKEABLE.contains(file.format())) {
            throw new BlockChainException(
                    "blockdev-mirror makes no new file in the format %s; make it with qemu-img and ask for reuse (CopyRequest.withReuseExternal), or use drive-mirror"
                            .formatted(file.format()));
        }
        long size = plan.before().activeLayer().virtualSize();
        if (file.format().equals("raw")) {
            return List.of(ImageMaker.file(file.path(), size));
        }
        return List.of(
                ImageMaker.file(file.path(), 0),
                TargetNodes.file(name, file.path()),
                ImageMaker.image(file.format(), name, size, plan.baseNode()),
                new TargetStep.Remove(name));
    }
}
