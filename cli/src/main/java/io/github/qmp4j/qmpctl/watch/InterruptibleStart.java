package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.failure.RefusedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A start that the user may interrupt. Before the job has its id nothing is sent; afterwards the id is known. */
final class InterruptibleStart {
    static final Failure NOT_STARTED = new Failure(ExitCode.DETACHED, "interrupted before it was started");

    static final String MAY_BE_THERE = "interrupted during the start; `qmpctl jobs` shows whether the job exists";

    /** This and {@link #abandoned} are guarded by this object. */
    private @Nullable JobId id;

    private boolean abandoned;

    /**
     * Called with the id of the job just before the command is sent.
     *
     * @throws RefusedException if the user has interrupted the start, so that nothing is sent
     */
    synchronized void named(JobId made) {
        if (abandoned) {
            throw new RefusedException(NOT_STARTED.code(), NOT_STARTED.sentence());
        }
        id = made;
    }

    /** Interrupts the start. Returns the id of the job that may exist; empty if no job will be started. */
    synchronized Optional<JobId> abandon() {
        abandoned = true;
        return Optional.ofNullable(id);
    }
}
