package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Hands everything to a real store: for stores that do something more. */
class PassingStore implements JobStore {
    private final JobStore store;

    PassingStore(JobStore store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<Void> record(JobRecord record) {
        return store.record(record);
    }

    @Override
    public CompletableFuture<Optional<JobRecord>> find(JobKey key) {
        return store.find(key);
    }

    @Override
    public CompletableFuture<List<JobRecord>> all() {
        return store.all();
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return store.forget(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
