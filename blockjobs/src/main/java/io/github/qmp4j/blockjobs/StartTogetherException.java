package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of several jobs that were to start together was not started; the cause is its refusal. Those before it were cancelled. */
public final class StartTogetherException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient List<JobOutcome> outcomes;

    /**
     * Those before it have been cancelled.
     *
     * @param outcomes how the jobs ended that had been started before
     */
    public StartTogetherException(BlockJobRequest refused, Throwable refusal, List<JobOutcome> outcomes) {
        super(
                "the job on disk %s was not started: %s; %s"
                        .formatted(refused.disk(), refusal.getMessage(), told(outcomes)),
                refusal);
        this.outcomes = List.copyOf(outcomes);
    }

    /** Not even those before it could be cancelled. */
    public StartTogetherException(BlockJobRequest refused, Throwable refusal, List<BlockJob> started, Throwable kept) {
        super(
                "the job on disk %s was not started: %s; cancelling %s failed: %s, so look which of them still run"
                        .formatted(
                                refused.disk(),
                                refusal.getMessage(),
                                started.stream().map(job -> job.id().value()).collect(Collectors.joining(", ")),
                                kept.getMessage()),
                refusal);
        this.outcomes = List.of();
    }

    private static String told(List<JobOutcome> outcomes) {
        return outcomes.isEmpty()
                ? "no other job was"
                : "cancelled again: "
                        + outcomes.stream()
                                .map(outcome -> outcome.end() instanceof JobOutcome.End.Cancelled
                                        ? outcome.job().value()
                                        : outcome.job() + " (too late: " + outcome.end() + ")")
                                .collect(Collectors.joining(", "));
    }

    /** How the jobs ended that had been started before, in their order; empty where that is not known. */
    public List<JobOutcome> outcomes() {
        return outcomes;
    }

    /** What the refused start and the jobs before it have left behind. */
    @Override
    public List<Leftover> leftovers() {
        Stream<Leftover> ofTheRefused =
                getCause() instanceof BlockJobException refusal ? refusal.leftovers().stream() : Stream.empty();
        return Stream.concat(ofTheRefused, outcomes.stream().flatMap(outcome -> outcome.leftovers().stream()))
                .toList();
    }
}
