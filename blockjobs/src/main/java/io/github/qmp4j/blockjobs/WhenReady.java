package io.github.qmp4j.blockjobs;

/**
 * The verb for a copy or an active commit that has reached READY. A verb that is called on the handle before takes its
 * place.
 */
public enum WhenReady {
    /** Nothing: the job goes on and keeps both sides in step, the guest stays on the source until a verb is called. */
    HOLD,
    /** What {@link BlockJob#pivot()} does. */
    PIVOT,
    /** What {@link BlockJob#finishWithoutPivot()} does. */
    FINISH
}
