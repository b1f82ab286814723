package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Decides a job's outcome from the facts about its end. */
public sealed interface OutcomeRule permits PlannedOutcome, ObservedOutcome {

    JobOutcome decide(EndFacts facts);

    /** The same, and what judging itself or the end has left open. Never throws. */
    default JobOutcome outcomeOf(EndFacts facts, boolean dismissed) {
        try {
            JobOutcome decided = decide(facts);
            return dismissed
                    ? decided
                    : Outcomes.leaving(
                            decided,
                            List.of(new Leftover(
                                    Leftover.Kind.JOB, facts.job().value(), "it has not been dismissed in QEMU")));
        } catch (RuntimeException e) {
            // The caller must get an outcome, and only the truth: that it is not known.
            return facts.unknown("its outcome could not be decided: " + e);
        }
    }

    /** Whether the job, as far as is known at its start, can never be pivoted. */
    boolean neverReady();

    /** Whether the job may be a pull or a commit below the active layer, which wait in PENDING. */
    boolean mayWait();

    /** The nodes whose data or header the job writes and QEMU does not flush. */
    List<String> written(JobId job);

    /** Why the job must not be finalized on this graph; empty where it has the shape that the job was planned on. */
    Optional<String> misfit(Graph now);

    /** Fails where QEMU could not rewrite the header that the job ends with; completes where that is proved, or cannot be. */
    CompletableFuture<Void> proveHeader(JobContext context, JobId job, Graph now);

    /**
     * Has the header name what the job should have left there, where the proof wrote it after another client had finalized the job.
     * Gives whether it was written. Never fails.
     *
     * @param after the graph when the job has ended
     */
    CompletableFuture<Boolean> mendHeader(JobContext context, JobId job, Graph after);
}
