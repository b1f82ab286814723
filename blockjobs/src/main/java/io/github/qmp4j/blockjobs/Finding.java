package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.Optional;

/**
 * Something that {@link BlockJobs#reconcile} has found: a job that has no handle here, or what an earlier process has
 * left behind. {@link BlockJobs#resolve} does what can be done about it.
 *
 * @param name the job-id, the node-name, or the name of the bitmap
 * @param what the problem, and what settling it does
 * @param key the key of a job that has one
 * @param request what the job was asked to do, where that is known
 * @param command what settling it sends; empty for a job, which is taken over, and where only a person can help
 */
public record Finding(
        Kind kind,
        String name,
        String what,
        Optional<JobKey> key,
        Optional<BlockJobRequest> request,
        Optional<QmpCommand<JsonNode>> command) {

    /** What it is. */
    public enum Kind {
        /** A job that goes on, or waits in PENDING. */
        RUNNING,
        /** A job that has ended and is not dismissed: it holds its chain until then. */
        ENDED,
        /** A job that the store knows and QEMU has no longer: its outcome is still to be found out. */
        UNSEEN,
        /** Work that was written down and certainly never started. */
        NOT_STARTED,
        /** A node that was added for a copy which is over. */
        NODE,
        /** A filter of a job that is gone. */
        FILTER,
        /** A persistent bitmap that a crash has left inconsistent, so that nothing can use it. */
        BITMAP,
        /** A header that does not name the backing node that its image has: the next start of QEMU may read another chain. */
        HEADER
    }

    /** Whether it is a job, and no thing that one has left behind. */
    public boolean isJob() {
        return switch (kind) {
            case RUNNING, ENDED, UNSEEN, NOT_STARTED -> true;
            case NODE, FILTER, BITMAP, HEADER -> false;
        };
    }
}
