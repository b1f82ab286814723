package io.github.qmp4j.blockjobs.engine;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.threads.CallFuture;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Block jobs as a user has them: each future is the caller's own copy. So user code runs on the executor for callbacks only, and
 * cannot hold up the library's work; a thread that waits for the future is woken although that executor has no thread left.
 */
public record UserJobs(BlockJobs own, Executor users) implements BlockJobs {

    private <T> CompletableFuture<T> given(CompletableFuture<T> result) {
        return CallFuture.copyOf(result, users);
    }

    @Override
    public CompletableFuture<BlockJob> start(BlockJobRequest request) {
        return given(own.start(request));
    }

    @Override
    public CompletableFuture<BlockJob> start(BlockJobRequest request, Consumer<? super JobId> named) {
        return given(own.start(request, named));
    }

    @Override
    public CompletableFuture<JobPreview> preview(BlockJobRequest request) {
        return given(own.preview(request));
    }

    @Override
    public CompletableFuture<List<BlockJob>> startTogether(Collection<? extends BlockJobRequest> requests) {
        return given(own.startTogether(requests));
    }

    @Override
    public CompletableFuture<BlockJob> adoptOrStart(JobKey key, BlockJobRequest request) {
        return given(own.adoptOrStart(key, request));
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return given(own.forget(key));
    }

    @Override
    public CompletableFuture<List<Finding>> reconcile() {
        return given(own.reconcile());
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> resolve(Finding finding) {
        return given(own.resolve(finding));
    }

    @Override
    public CompletableFuture<List<Disk>> disks() {
        return given(own.disks());
    }

    @Override
    public CompletableFuture<BlockChain> chain(DiskRef disk) {
        return given(own.chain(disk));
    }

    @Override
    public CompletableFuture<List<JobInfo>> list() {
        return given(own.list());
    }

    @Override
    public EventSubscription onJob(Consumer<? super JobInfo> listener) {
        return own.onJob(listener);
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> attach(JobId id) {
        return given(own.attach(id));
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> adopt(JobId id) {
        return given(own.adopt(id));
    }

    @Override
    public CompletableFuture<List<JobOutcome>> dismissEnded(DiskRef disk) {
        return given(own.dismissEnded(disk));
    }

    @Override
    public void close() {
        own.close();
    }
}
