package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * The header that a job rewrites at its end.
 *
 * @param image whose header it is
 * @param backingName what it is to name; empty where it names nothing, or that is not known
 * @param job the job in words, for a message
 */
public record NewHeader(BlockNode image, String backingName, String job) {
    /** The formats that name a backing file in a header which QEMU cannot rewrite. */
    private static final Set<String> FIXED = Set.of("vmdk", "qcow");

    public static Optional<NewHeader> of(JobPlan plan) {
        return plan.rewritten()
                .map(image -> new NewHeader(image, plan.backingString().orElse(""), inWords(plan)));
    }

    private static String inWords(JobPlan plan) {
        return "a %s of disk %s".formatted(plan.word(), plan.request().disk());
    }

    /** Of a job that was met, so that only the present name is known. */
    public static NewHeader of(JobId job, BlockNode image) {
        return new NewHeader(image, "", "job " + job);
    }

    /** @throws BlockChainException if QEMU never rewrites a header of this format */
    static void requireFormat(JobPlan plan) {
        plan.rewritten().ifPresent(image -> new NewHeader(image, "", inWords(plan)).requireFormat());
    }

    /**
     * Refuses a header that QEMU never rewrites.
     *
     * @throws BlockChainException as above
     */
    public void requireFormat() {
        if (FIXED.contains(image.driver())) {
            throw new BlockChainException(
                    "%s would end by rewriting the header of '%s', and QEMU cannot rewrite a header of the format %s; copy the disk to qcow2 first"
                            .formatted(job, image.label(), image.driver()));
        }
    }

    /** How many bytes the name takes. */
    public int bytes() {
        return backingName.getBytes(StandardCharsets.UTF_8).length;
    }
}
