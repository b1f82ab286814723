package io.github.qmp4j.blockjobs.record;

import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A job store that keeps nothing. */
public enum ForgetfulJobStore implements JobStore {
    ONLY;

    @Override
    public CompletableFuture<Void> record(JobRecord record) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Optional<JobRecord>> find(JobKey key) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletableFuture<List<JobRecord>> all() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        // nothing is held
    }
}
