package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.examples.watch.WhenReady;

/** A job that the user asks for, and what is to be done when it is READY. */
record Order(BlockJobRequest request, WhenReady whenReady) {

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
