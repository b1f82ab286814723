package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.Optional;

/** A job that the user asks for, and what follows when it is READY. */
public record JobOrder(BlockJobRequest request, ReadyAction whenReady) {

    /** The same order in a call with this many disks. The pivots of several disks happen together. */
    JobOrder among(int disks) {
        return disks > 1 && whenReady == ReadyAction.PIVOT ? new JobOrder(request, ReadyAction.PIVOT_TOGETHER) : this;
    }

    /** The file that a copy makes; empty where it makes none. */
    Optional<String> newFile() {
        return request instanceof CopyRequest copy
                        && copy.target() instanceof CopyTarget.File file
                        && !copy.reuseExternal()
                ? Optional.of(file.path())
                : Optional.empty();
    }

    /** The request with its ending included, for previews. The started request has none, since qmpctl sends the verb itself. */
    BlockJobRequest withEnding() {
        return switch (whenReady) {
            case PIVOT, PIVOT_TOGETHER -> with(WhenReady.PIVOT);
            case FINISH -> with(WhenReady.FINISH);
            case LEAVE, AWAIT_END -> request;
        };
    }

    private BlockJobRequest with(WhenReady then) {
        if (request instanceof CommitRequest commit) {
            return commit.withWhenReady(then);
        }
        return request instanceof CopyRequest copy ? copy.withWhenReady(then) : request;
    }

    String disk() {
        return request.disk().name();
    }

    String kind() {
        if (request instanceof PullRequest) {
            return "pull";
        }
        return request instanceof CommitRequest ? "commit" : "copy";
    }
}
