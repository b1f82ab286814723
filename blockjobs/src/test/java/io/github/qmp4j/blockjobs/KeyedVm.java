package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** A VM and a store of jobs that one process after another comes back to. */
final class KeyedVm implements AutoCloseable {
    static final JobKey KEY = JobKey.of("vm-1/disk0/merge");
    static final CommitRequest MERGE =
            CommitRequest.of("disk0").withBase("base").withWhenReady(WhenReady.PIVOT);

    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(TestVm.MIB);

    private final TempFolder folder = TempFolder.create("keyed");
    final JobStore store = JobStore.file(path("jobs"));
    final TestVm vm;

    private KeyedVm(TestVm vm) {
        this.vm = vm;
    }

    static KeyedVm start() {
        return new KeyedVm(TestVm.start());
    }

    static KeyedVm start(Consumer<? super Nodes> nodes) {
        return new KeyedVm(TestVm.start(nodes));
    }

    /** Of the folder of the store. */
    Path path(String name) {
        return folder.resolve(name);
    }

    /** What a process that comes has of the VM. */
    BlockJobs process() {
        return BlockJobs.of(vm.client, BlockJobOptions.defaults().withStore(store));
    }

    /** Goes on for as long as a test does. */
    static CommitRequest slow(CommitRequest request) {
        return request.withSettings(SLOW);
    }

    static PullRequest slow(PullRequest request) {
        return request.withSettings(SLOW);
    }

    JobRecord recorded() {
        return TestVm.get(store.find(KEY)).orElseThrow();
    }

    JobRecord intent(BlockJobRequest request) {
        return intent(request, TestVm.get(QemuInstance.of(vm.client)));
    }

    JobRecord intent(BlockJobRequest request, QemuInstance qemu) {
        Disk disk = TestVm.get(vm.jobs.disks()).get(0);
        return JobRecord.intent(
                KEY, request, disk, Planner.plan(disk.chain(), request).after(), Optional.empty(), qemu, Instant.now());
    }

    /** Lets the one job that there is, a pull, come to PENDING while nobody watches it. */
    void movesItsDataUnseen(JobId id) {
        vm.ask("block-job-set-speed", "{\"device\":\"%s\",\"speed\":0}".formatted(id));
        awaitStatus("pending");
    }

    /** The same, and another client finalizes it, but nobody dismisses it. */
    void endsUnseen(JobId id) {
        movesItsDataUnseen(id);
        vm.ask("job-finalize", "{\"id\":\"%s\"}".formatted(id));
        awaitConcluded();
    }

    void awaitConcluded() {
        awaitStatus("concluded");
    }

    private void awaitStatus(String status) {
        Awaitility.await()
                .until(() -> vm.ask("query-jobs").get(0).path("status").asText().equals(status));
    }

    @Override
    public void close() {
        vm.close();
        store.close();
        folder.close();
    }
}
