package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.async.Pause;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.text.Replies;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Lists all jobs: those of {@code query-jobs}, with what {@code query-block-jobs} knows besides. */
public final class JobList {
    private JobList() {}

    public static CompletableFuture<List<JobInfo>> read(JobContext context) {
        CompletableFuture<JsonNode> blockJobs = context.client().execute(QmpCommand.of("query-block-jobs"));
        CompletableFuture<List<JsonNode>> jobs = jobs(context)
                .thenCompose(all -> all.stream().anyMatch(JobList::isPaused)
                        ? Pause.before(() -> jobs(context)).thenApply(later -> lasting(all, later))
                        : CompletableFuture.completedFuture(all));
        return jobs.thenCombine(blockJobs, (all, block) -> {
            Map<String, JsonNode> byId = Replies.stream(block)
                    .collect(Collectors.toMap(job -> job.path("device").asText(), job -> job));
            return all.stream()
                    .map(job -> info(
                            context,
                            job,
                            Optional.ofNullable(byId.get(job.path("id").asText()))))
                    .toList();
        });
    }

    private static CompletableFuture<List<JsonNode>> jobs(JobContext context) {
        return context.client().execute(QmpCommand.of("query-jobs")).thenApply(all -> Replies.stream(all)
                .toList());
    }

    private static boolean isPaused(JsonNode job) {
        JobStatus status = JobStatus.of(job.path("status").asText());
        return status == JobStatus.PAUSED || status == JobStatus.STANDBY;
    }

    /** Replaces each paused job by a later reading, since QEMU pauses jobs for a moment; one that ended since keeps its first. */
    private static List<JsonNode> lasting(List<JsonNode> all, List<JsonNode> later) {
        return all.stream()
                .map(job -> isPaused(job)
                        ? later.stream()
                                .filter(one -> one.path("id").equals(job.path("id")))
                                .findFirst()
                                .orElse(job)
                        : job)
                .toList();
    }

    private static JobInfo info(JobContext context, JsonNode job, Optional<JsonNode> block) {
        JobId id = new JobId(job.path("id").asText());
        JobState state = new JobState(
                id,
                JobType.of(job.path("type").asText()),
                new ProgressMeter(context.options().convergenceWindow()));
        JobStatus status = JobStatus.of(job.path("status").asText());
        state.status(JobStatus.RUNNING);
        state.pausedByUser(true);
        state.status(status);
        state.meter()
                .end(
                        job.path("current-progress").asLong(),
                        job.path("total-progress").asLong());
        block.ifPresent(more -> {
            state.meter().speed(more.path("speed").asLong());
            String ioStatus = more.path("io-status").asText("ok");
            state.ioStatus(ioStatus);
            if (!ioStatus.equals("ok")) {
                state.pausedOnError(JobState.cause(ioStatus, Optional.empty()));
            }
        });
        if (status == JobStatus.CONCLUDED) {
            state.ended(job.has("error") ? Optional.of(job.get("error").asText()) : Optional.empty());
        }
        return state.info();
    }
}
