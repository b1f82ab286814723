package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.JobOutcome;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Dismisses ended jobs of earlier qmpctl processes, which still hold the chain. */
public final class AbandonedJobs {
    private final BlockJobs jobs;
    private final Consumer<String> say;

    public AbandonedJobs(BlockJobs jobs, Consumer<String> say) {
        this.jobs = jobs;
        this.say = say;
    }

    /** Dismisses the ended jobs of these disks. Fails if QEMU does not answer. */
    public CompletableFuture<Void> collect(List<String> disks) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (String disk : disks) {
            all = all.thenCompose(done -> collect(disk));
        }
        return all;
    }

    private CompletableFuture<Void> collect(String disk) {
        return jobs.dismissEnded(DiskRef.of(disk)).handle((ended, failure) -> {
            if (failure == null) {
                ended.forEach(outcome ->
                        say.accept("collected %s of an earlier qmpctl: %s".formatted(outcome.job(), word(outcome))));
            } else if (!isUnknownDisk(failure)) {
                throw new CompletionException(failure);
            }
            return null;
        });
    }

    /** An unknown disk is not reported here: the start of the job reports it better. */
    private static boolean isUnknownDisk(Throwable failure) {
        return failure instanceof BlockChainException || failure.getCause() instanceof BlockChainException;
    }

    private static String word(JobOutcome outcome) {
        JobOutcome.End end = outcome.end();
        return end instanceof JobOutcome.End.Failed failed
                ? "failed: " + failed.error()
                : end.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
