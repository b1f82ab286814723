package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.graph.Quirks;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Verbs that kill a QEMU that does not survive the I/O errors of a copy or an active commit, see
 * {@link Quirks#survivesErrorsAfterReady}. Only another client's job can be paused by an error there.
 */
final class CrashGuard {
    private static final Set<JobType> MIRRORS = Set.of(JobType.COPY, JobType.COMMIT);

    private final JobContext context;
    private final boolean ours;

    /** @param ours whether the library has started the job, and so with a policy that is safe */
    CrashGuard(JobContext context, boolean ours) {
        this.context = context;
        this.ours = ours;
    }

    /**
     * Fails with {@link BlockJobException} where {@code job-resume} would be deadly: after READY the job becomes READY a
     * second time, which is an assertion of QEMU 5.2.
     */
    CompletableFuture<Void> refuseResume(JobId id) {
        return refuse(id, "resuming", job -> job.path("ready").asBoolean());
    }

    /**
     * Fails with {@link BlockJobException} where {@code job-cancel} would be deadly: where all is copied, it is the last
     * flush that failed, and QEMU 5.2 tries that again before it ends the job, for ever if need be.
     */
    CompletableFuture<Void> refuseCancel(JobId id) {
        return refuse(
                id,
                "cancelling",
                job -> job.path("offset").asLong() >= job.path("len").asLong());
    }

    private CompletableFuture<Void> refuse(JobId id, String what, Predicate<JsonNode> isDeadly) {
        if (ours) {
            return CompletableFuture.completedFuture(null);
        }
        return context.client()
                .schema()
                .thenCompose(schema -> Quirks.survivesErrorsAfterReady(schema)
                        ? CompletableFuture.<Void>completedFuture(null)
                        : context.queryBlockJob(id).thenAccept(entry -> refuse(id, what, entry.filter(isDeadly))));
    }

    private static void refuse(JobId id, String what, Optional<JsonNode> entry) {
        entry.filter(job -> !job.path("io-status").asText("ok").equals("ok"))
                .filter(job -> MIRRORS.contains(JobType.of(job.path("type").asText())))
                .ifPresent(job -> {
                    throw new BlockJobException(
                            "an I/O error has paused job %s, and %s it could kill this QEMU or freeze its monitor; the guest is still on its source: shut it down before you end QEMU"
                                    .formatted(id, what));
                });
    }
}
