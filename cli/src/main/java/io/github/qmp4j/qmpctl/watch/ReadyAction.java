package io.github.qmp4j.qmpctl.watch;

/** What qmpctl does with a job that is READY. */
public enum ReadyAction {
    /** Report it, and leave the job running. */
    LEAVE,
    PIVOT,
    /** Wait for the other jobs of the call: {@link PivotGroup} pivots them. */
    PIVOT_TOGETHER,
    /** End the job without a pivot. */
    FINISH,
    /** Nothing: the job ends by itself, or a verb is already sent. */
    AWAIT_END
}
