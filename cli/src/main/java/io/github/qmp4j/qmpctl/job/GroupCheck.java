package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Checks all jobs of a call before the first is started. */
final class GroupCheck {
    private final BlockJobs jobs;
    private final List<JobOrder> orders;
    private final List<String> disks = new ArrayList<>();
    /** The failure of each refused job, by its place in {@link #orders}. */
    private final Map<Integer, Failure> refused = new TreeMap<>();

    private GroupCheck(BlockJobs jobs, List<JobOrder> orders) {
        this.jobs = jobs;
        this.orders = orders;
    }

    /**
     * Completes with one failure for each job, in their order, or with an empty list if all may start. A single job is not
     * checked, since its start fails with the same message.
     */
    static CompletableFuture<List<Failure>> of(BlockJobs jobs, List<JobOrder> orders) {
        return orders.size() == 1 ? CompletableFuture.completedFuture(List.of()) : new GroupCheck(jobs, orders).look(0);
    }

    private CompletableFuture<List<Failure>> look(int place) {
        if (place == orders.size()) {
            return CompletableFuture.completedFuture(refused.isEmpty() ? List.of() : failures());
        }
        JobOrder order = orders.get(place);
        return jobs.preview(order.withEnding())
                .thenAccept(preview -> requireOnce(order, preview))
                .handle((fits, refusal) -> {
                    if (refusal != null) {
                        refused.put(place, Failure.of(refusal));
                    }
                    return place + 1;
                })
                .thenCompose(this::look);
    }

    private void requireOnce(JobOrder order, JobPreview preview) {
        BlockNode active = preview.before().activeLayer();
        String disk = active.nodeName().orElse(active.file());
        if (disks.contains(disk)) {
            throw new BlockChainException(
                    "'%s' is a disk that is named twice, and a disk has one job at a time".formatted(order.disk()));
        }
        disks.add(disk);
    }

    private List<Failure> failures() {
        int first = refused.keySet().iterator().next();
        JobOrder wrong = orders.get(first);
        ExitCode code =
                refused.getOrDefault(first, new Failure(ExitCode.FAILED, "")).code();
        Failure rest =
                new Failure(code, "the %s of %s is refused, so none was started".formatted(wrong.kind(), wrong.disk()));
        List<Failure> all = new ArrayList<>();
        for (int place = 0; place < orders.size(); place++) {
            all.add(refused.getOrDefault(place, rest));
        }
        return all;
    }
}
