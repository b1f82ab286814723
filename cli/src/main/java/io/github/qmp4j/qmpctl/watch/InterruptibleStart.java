package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.failure.RefusedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A start that its user may walk away from: until the job has its id nothing is sent, and afterwards the id is known. */
final class InterruptibleStart {
    static final Failure NOT_STARTED = new Failure(ExitCode.DETACHED, "interrupted before it was started");

    static final String MAY_BE_THERE = "interrupted while it was started; `qmpctl jobs` tells whether it is there";

    /** Both guarded by this. */
    private @Nullable JobId id;

    private boolean abandoned;

    /**
     * The job is about to be started under this id.
     *
     * @throws RefusedException if its user has walked away, so that it is not started
     */
    synchronized void named(JobId made) {
        if (abandoned) {
            throw new RefusedException(NOT_STARTED.code(), NOT_STARTED.sentence());
        }
        id = made;
    }

    /** Its user walks away. Gives the id of the job that may be there; empty if it will not be started. */
    synchronized Optional<JobId> abandon() {
        abandoned = true;
        return Optional.ofNullable(id);
    }
}
