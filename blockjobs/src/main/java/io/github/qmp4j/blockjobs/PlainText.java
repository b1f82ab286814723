package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Jobs that write in plain text what an image holds encrypted. QEMU does so unasked. */
final class PlainText {
    private PlainText() {}

    /** Whether a job that is allowed to do so does, or may: of the node of a caller it is not known whether it is encrypted. */
    static boolean isWrittenBy(JobPlan plan) {
        return plan.request().settings().plainText() && mayBeWrittenBy(plan);
    }

    private static boolean mayBeWrittenBy(JobPlan plan) {
        Optional<BlockNode> receiver =
                switch (plan.kind()) {
                    case PULL -> Optional.of(plan.topNode());
                    case INTERMEDIATE_COMMIT, ACTIVE_COMMIT -> plan.baseNode();
                    case COPY -> Optional.empty();
                };
        return receiver.filter(PlainText::isEncrypted).isEmpty()
                && encrypted(plan).isPresent();
    }

    /** The first encrypted image whose data the job moves. */
    private static Optional<BlockNode> encrypted(JobPlan plan) {
        // A copy of nothing yet receives what the guest writes from now on.
        int end = Math.max(plan.base(), plan.top() + 1);
        int from = plan.kind() == JobPlan.Kind.PULL ? plan.top() + 1 : plan.top();
        List<BlockNode> moved = plan.before().nodes().subList(from, Math.max(from, end));
        return moved.stream().filter(PlainText::isEncrypted).findFirst();
    }

    /** Fails with {@link BlockChainException} if the job does so and its request does not allow it. */
    static CompletableFuture<Void> check(JobContext context, JobPlan plan) {
        if (plan.request().settings().plainText() || !mayBeWrittenBy(plan)) {
            return CompletableFuture.completedFuture(null);
        }
        return isTargetEncrypted(context, plan).thenAccept(safe -> {
            if (!safe) {
                throw new BlockChainException(
                        "a %s of disk %s would write in plain text what %s holds encrypted; allow plain text (JobSettings.allowingPlainText), or let an encrypted image receive it"
                                .formatted(
                                        plan.kind().word,
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
        if (plan.request() instanceof CopyRequest copy && copy.target() instanceof CopyTarget.Node node) {
            return context.graphs().entry(node.nodeName()).thenApply(entry -> entry.filter(
                            known -> isEncrypted(ImageReader.node(known)))
                    .isPresent());
        }
        return CompletableFuture.completedFuture(false);
    }
}
