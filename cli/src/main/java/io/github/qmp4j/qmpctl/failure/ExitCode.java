package io.github.qmp4j.qmpctl.failure;

import java.util.Collection;
import java.util.List;

/** The exit codes of qmpctl. Scripts depend on the numbers. */
public enum ExitCode {
    DONE(0),
    /** Refused by qmpctl's checks or by QEMU, or the job failed. */
    FAILED(1),
    USAGE(2),
    /** No connection, monitor busy, or no answer in time. */
    NO_ANSWER(3),
    CANCELLED(4),
    /** Deadline or stall; the job still runs. */
    OVERDUE(5),
    UNKNOWN(6),
    /** The chain is in use by another job. */
    CONFLICT(7),
    /** Done, but something was left behind. */
    LEFTOVERS(8),
    /** Left running by Ctrl-C. */
    DETACHED(130);

    private static final List<ExitCode> WORST_FIRST =
            List.of(DETACHED, UNKNOWN, FAILED, LEFTOVERS, OVERDUE, CANCELLED, CONFLICT, NO_ANSWER, USAGE, DONE);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The worst of several codes; {@link #DONE} for none. */
    public static ExitCode worst(Collection<ExitCode> codes) {
        return WORST_FIRST.stream().filter(codes::contains).findFirst().orElse(DONE);
    }
}
