package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.graph.ImageReader;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.text.FileName;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Jobs that write in plain text what an image holds encrypted. QEMU does so unasked. */
public final class PlainText {
    private PlainText() {}

    /** Whether a job that is allowed to do so does, or may: of the node of a caller it is not known whether it is encrypted. */
    public static boolean isWrittenBy(JobPlan plan) {
        return plan.request().settings().plainText() && mayBeWrittenBy(plan);
    }

    private static boolean mayBeWrittenBy(JobPlan plan) {
        return !isEncrypted(plan.receiver()) && encrypted(plan).isPresent();
    }

    /** The first encrypted image whose data the job moves. */
    private static Optional<BlockNode> encrypted(JobPlan plan) {
        return plan.moved().stream().filter(PlainText::isEncrypted).findFirst();
    }

    /** Fails with {@link BlockChainException} if the job does so and its request does not allow it. */
    public static CompletableFuture<Void> check(JobContext context, JobPlan plan) {
        if (plan.request().settings().plainText() || !mayBeWrittenBy(plan)) {
            return CompletableFuture.completedFuture(null);
        }
        return isTargetEncrypted(context, plan).thenAccept(safe -> {
            if (!safe) {
                throw new BlockChainException(
                        "a %s of disk %s would write in plain text what %s holds encrypted; allow plain text (JobSettings.withPlainText), or let an encrypted image receive it"
                                .formatted(
                                        plan.word(),
                                        plan.request().disk(),
                                        encrypted(plan).map(BlockNode::label).orElse("an image")));
            }
        });
    }

    /** By itself, or by the image that its bytes lie in. */
    private static boolean isEncrypted(BlockNode image) {
        return image.encrypted() || new FileName(image.file()).isInsideEncrypted();
    }

    private static CompletableFuture<Boolean> isTargetEncrypted(JobContext context, JobPlan plan) {
        if (plan instanceof CopyPlan copy && copy.copy().target() instanceof CopyTarget.Node node) {
            return context.graphs().entry(node.nodeName()).thenApply(entry -> entry.filter(
                            known -> isEncrypted(ImageReader.node(known)))
                    .isPresent());
        }
        return CompletableFuture.completedFuture(false);
    }
}
