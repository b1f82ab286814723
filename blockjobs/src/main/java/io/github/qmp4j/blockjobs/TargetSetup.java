package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Makes the target of a {@code blockdev-mirror} and adds the nodes for it; what fails is undone, or named. */
final class TargetSetup {
    /** Those that QEMU can make knowing only their size. */
    private static final Set<String> MAKEABLE = Set.of("raw", "qcow2");

    private final JobContext context;
    private final JobPlan plan;
    private final CopyRequest request;
    private final TargetNodes nodes;
    private boolean madeFile;
    /** Written when the start is answered, read by the job's mailbox. */
    private volatile boolean underWay;

    TargetSetup(JobContext context, JobPlan plan) {
        this.context = context;
        this.plan = plan;
        this.request = (CopyRequest) plan.request();
        this.nodes = new TargetNodes(context.client());
    }

    /** There is a job, or may be: from here on its end decides what becomes of the nodes. */
    void underWay() {
        underWay = true;
    }

    /** Gives the node-name of the target, which it adds where it has to; fails with {@link JobStartException}. */
    CompletableFuture<String> run(StartCommand.Sheet sheet) {
        if (request.target() instanceof CopyTarget.Node node) {
            return CompletableFuture.completedFuture(node.nodeName());
        }
        Optional<String> backing = plan.baseNode().map(sheet::handle);
        String name = JobIds.make("copy", "target").value();
        CompletableFuture<String> added = request.target() instanceof CopyTarget.File file
                ? file(name, file, backing)
                : device(name, (CopyTarget.BlockDevice) request.target(), backing);
        return added.handle((node, failure) -> failure == null
                        ? CompletableFuture.completedFuture(node)
                        : this.<String>failed(Conclusion.unwrapped(failure)))
                .thenCompose(result -> result);
    }

    private CompletableFuture<String> file(String name, CopyTarget.File file, Optional<String> backing) {
        CompletableFuture<?> there =
                request.reuseExternal() ? CompletableFuture.completedFuture(null) : made(name + "-file", file);
        return there.thenCompose(
                done -> nodes.addImage(name, file.format(), file.path(), false, request.unmap(), backing));
    }

    private CompletableFuture<?> made(String name, CopyTarget.File file) {
        if (!MAKEABLE.contains(file.format())) {
            throw new BlockChainException(
                    "blockdev-mirror makes no new file in the format %s; make it with qemu-img and ask for reuse, or use drive-mirror"
                            .formatted(file.format()));
        }
        // What cannot be named in the header is found out before there is a file.
        plan.baseNode().ifPresent(BackingString::ofAbsolute);
        long size = plan.before().activeLayer().virtualSize();
        ImageMaker maker = new ImageMaker(context);
        madeFile = true;
        if (file.format().equals("raw")) {
            return maker.file(file.path(), size);
        }
        return maker.file(file.path(), 0)
                .thenCompose(empty -> nodes.addFile(name, file.path()))
                .thenCompose(node -> maker.image(file.format(), node, size, plan.baseNode()))
                .thenCompose(image -> nodes.removeFile(name));
    }

    private CompletableFuture<String> device(String name, CopyTarget.BlockDevice device, Optional<String> backing) {
        return nodes.addImage(name, device.format(), device.path(), true, request.unmap(), backing);
    }

    /** Undoes all, and fails with what is left. */
    <T> CompletableFuture<T> failed(Throwable cause) {
        return undone().thenCompose(left ->
                CompletableFuture.failedFuture(left.isEmpty() ? cause : new JobStartException(cause, left, List.of())));
    }

    /** There is no job: the nodes go, a file that was made is named. Never fails. */
    CompletableFuture<List<Leftover>> undone() {
        return nodes.remove().thenCompose(left -> {
            if (!madeFile || request.newFile().isEmpty()) {
                return CompletableFuture.completedFuture(left);
            }
            String path = request.newFile().get();
            return new TargetProbe(context.client())
                    .exists(path)
                    .exceptionally(unknown -> true)
                    .thenApply(exists -> {
                        if (exists) {
                            left.add(new Leftover(Leftover.Kind.FILE, path, "it was made for the copy"));
                        }
                        return left;
                    });
        });
    }

    /** The job has ended. Nodes that the disk does not use go; where it may use them, or the job may go on, they stay. */
    CompletableFuture<JobOutcome> tidied(JobOutcome outcome) {
        if (!nodes.any() || outcome.head() == JobOutcome.Head.TARGET) {
            return CompletableFuture.completedFuture(outcome);
        }
        if (outcome.end() instanceof JobOutcome.End.Unknown) {
            return CompletableFuture.completedFuture(
                    outcome.with(nodes.left("it was added for the copy; it is not known whether it is in use")));
        }
        // A start that was refused is undone by who sent it.
        return underWay ? nodes.remove().thenApply(outcome::with) : CompletableFuture.completedFuture(outcome);
    }
}
