package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Finds the job of a key that has a disk already: its id does not tell which disk that is, but the store does. */
final class KeyedConflicts {
    private KeyedConflicts() {}

    /** Fails with {@link JobConflictException} if a job of another key has what this one wants. */
    static CompletableFuture<Void> check(JobContext context, Claim claim, JobId wanted) {
        JobStore store = context.options().store();
        if (store.equals(JobStore.none())) {
            return CompletableFuture.completedFuture(null);
        }
        return context.client().execute(QmpCommand.of("query-jobs")).thenCompose(jobs -> store.all()
                .thenAccept(records -> refuse(jobs, records, claim, wanted)));
    }

    private static void refuse(JsonNode jobs, List<JobRecord> records, Claim claim, JobId wanted) {
        records.stream()
                .filter(record -> !record.jobId().equals(wanted))
                .filter(record -> GraphReader.stream(jobs)
                        .anyMatch(job ->
                                job.path("id").asText().equals(record.jobId().value())))
                .filter(record -> claim.collision(claimOf(record)).isPresent())
                .findFirst()
                .ifPresent(record -> {
                    throw new JobConflictException(
                            record.jobId(),
                            "disk %s is in use by job %s of the key '%s'; adopt it and wait for its end"
                                    .formatted(claim.disk().name(), record.jobId(), record.key()));
                });
    }

    private static Claim claimOf(JobRecord record) {
        return Claim.of(JobPlan.of(record.disk().chain(), record.request()), record.disk());
    }
}
