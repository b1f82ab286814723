package io.github.qmp4j.blockjobs;

/** Decides what is true, from what is known. */
sealed interface Judge permits PlannedJudge, ObservedJudge {

    JobOutcome judge(Evidence evidence);

    /** Whether the job, as far as is known at its start, can never be pivoted. */
    boolean neverReady();
}
