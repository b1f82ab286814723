package io.github.qmp4j.blockjobs.start;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobRecord.Step;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.QemuInstance;
import io.github.qmp4j.blockjobs.end.NodeFlush;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.outcome.AlreadyApplied;
import io.github.qmp4j.blockjobs.outcome.UnseenEnd;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import io.github.qmp4j.blockjobs.record.KeyedWork;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Finds the state of a key's work, and starts it only if it is proved never to have been started. */
public final class AdoptOrStart {
    private final JobContext context;
    private final JobRegistry registry;
    private final Adoption met;
    private final JobStore store;
    private final KeyTurns turns;

    public AdoptOrStart(JobContext context, JobRegistry registry, Adoption met) {
        this.context = context;
        this.registry = registry;
        this.met = met;
        this.store = context.options().store();
        this.turns = new KeyTurns(context.work());
    }

    public CompletableFuture<BlockJob> adoptOrStart(JobKey key, BlockJobRequest request) {
        return turns.take(
                key,
                () -> open(key, request).map(CompletableFuture::completedFuture).orElseGet(() -> store.find(key)
                        .thenComposeAsync(
                                record -> record.map(known -> known(known, request))
                                        .orElseGet(() -> unknown(key, request)),
                                context.work())));
    }

    /** Fails with {@link JobConflictException} while QEMU has the job. */
    public CompletableFuture<Void> forget(JobKey key) {
        JobId id = key.jobId();
        return turns.take(key, () -> context.queryJob(id).thenCompose(entry -> {
            if (entry.isPresent() || registry.find(id.value()).isPresent()) {
                throw new JobConflictException(
                        id, "job %s is still in QEMU; wait for its end, and forget the key then".formatted(id));
            }
            return store.forget(key);
        }));
    }

    private Optional<BlockJob> open(JobKey key, BlockJobRequest request) {
        return registry.find(key.jobId().value())
                .map(TrackedJob::handle)
                .filter(handle -> handle.request().isPresent())
                .map(handle -> {
                    KeyedWork.requireSame(key.jobId(), handle.request().get(), request);
                    return handle;
                });
    }

    /** For a key without a record: only QEMU's jobs and the graph are known. */
    private CompletableFuture<BlockJob> unknown(JobKey key, BlockJobRequest request) {
        return there(key, request).thenCompose(there -> there.map(CompletableFuture::completedFuture)
                .orElseGet(() -> start(key, request)));
    }

    /** The job if QEMU has it, or what it has done if the graph shows that. */
    private CompletableFuture<Optional<BlockJob>> there(JobKey key, BlockJobRequest request) {
        JobId id = key.jobId();
        return met.adopt(id, request)
                .thenCompose(adopted -> adopted.isPresent()
                        ? CompletableFuture.completedFuture(adopted)
                        : context.graphs().read(request.disk()).thenCompose(graph -> AlreadyApplied.shownBy(
                                        graph, request, id)
                                .map(outcome -> NodeFlush.of(context, AlreadyApplied.unflushed(graph, request))
                                        .thenApply(done -> Optional.of(met.ended(id, request, outcome))))
                                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))));
    }

    private CompletableFuture<BlockJob> start(JobKey key, BlockJobRequest request) {
        // Without a store no marker is needed in QEMU.
        CompletableFuture<Optional<QemuInstance>> run = store.equals(JobStore.none())
                ? CompletableFuture.completedFuture(Optional.empty())
                : QemuInstance.of(context.client()).thenApply(Optional::of);
        return Futures.orElse(
                run.thenCompose(
                        qemu -> new JobStarter(context, registry, JobRecorder.of(key, store, qemu)).start(request)),
                cause -> new CompetingStart<>(context, () -> there(key, request))
                        .find()
                        .thenCompose(job -> job.map(CompletableFuture::completedFuture)
                                .orElseGet(() -> CompletableFuture.failedFuture(cause))));
    }

    private CompletableFuture<BlockJob> known(JobRecord record, BlockJobRequest request) {
        KeyedWork.requireSame(record.jobId(), record.request(), request);
        if (record.step() == Step.CLEANED) {
            return CompletableFuture.completedFuture(
                    met.ended(record.jobId(), record.request(), record.outcome().orElseThrow()));
        }
        return QemuInstance.of(context.client())
                .thenCompose(now -> record.outcome().isPresent()
                        ? met.over(record, record.outcome().get(), now.isCertainly(record.qemu()))
                        : seen(record, request, now));
    }

    private CompletableFuture<BlockJob> seen(JobRecord record, BlockJobRequest request, QemuInstance now) {
        return context.queryJob(record.jobId())
                .thenCompose(entry -> entry.isPresent()
                        ? present(record, request, entry.get(), now)
                        : context.graphs().read().thenCompose(graph -> absent(record, request, graph, now)));
    }

    private CompletableFuture<BlockJob> present(
            JobRecord record, BlockJobRequest request, JsonNode entry, QemuInstance now) {
        if (now.isCertainlyNot(record.qemu())) {
            throw new JobConflictException(
                    record.jobId(),
                    "job %s is in QEMU, but the store knows the key '%s' from an earlier run of QEMU; cancel the job, or forget the key and call again"
                            .formatted(record.jobId(), record.key()));
        }
        return met.again(record, request, entry);
    }

    private CompletableFuture<BlockJob> absent(
            JobRecord record, BlockJobRequest request, Graph graph, QemuInstance now) {
        UnseenEnd aftermath = UnseenEnd.of(record, graph, now);
        return aftermath.neverStarted()
                ? start(record.key(), request)
                : met.over(record, aftermath.outcome(), aftermath.inSameRun());
    }
}
