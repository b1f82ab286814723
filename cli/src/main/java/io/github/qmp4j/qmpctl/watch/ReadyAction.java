package io.github.qmp4j.qmpctl.watch;

/** What to do with a job that has reached READY. */
public enum ReadyAction {
    /** Say so, and leave it running. */
    LEAVE,
    PIVOT,
    /** Wait for the other disks of the call: {@link PivotGroup} switches them. */
    PIVOT_TOGETHER,
    /** End it without a pivot. */
    FINISH,
    /** Nothing; its end has been asked for already. */
    AWAIT_END
}
