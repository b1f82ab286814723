package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Lists all jobs: those of {@code query-jobs}, with what {@code query-block-jobs} knows besides. */
final class JobList {
    private JobList() {}

    static CompletableFuture<List<JobInfo>> read(JobContext context) {
        CompletableFuture<JsonNode> blockJobs = context.client().execute(QmpCommand.of("query-block-jobs"));
        CompletableFuture<JsonNode> jobs = context.client().execute(QmpCommand.of("query-jobs"));
        return jobs.thenCombine(blockJobs, (all, block) -> {
            Map<String, JsonNode> byId = GraphReader.stream(block)
                    .collect(Collectors.toMap(job -> job.path("device").asText(), job -> job));
            return GraphReader.stream(all)
                    .map(job -> info(
                            context,
                            job,
                            Optional.ofNullable(byId.get(job.path("id").asText()))))
                    .toList();
        });
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
