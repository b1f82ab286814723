package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code len} counts, how much a target takes, and sizes that do not fit. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SizeByVersionTest {
    /** How much of the 64 MiB of the disk of a {@link TestVm} holds data. */
    private static final long DATA = 36 * TestVm.MIB;

    private static long allocated(TestVm vm, Path image) {
        return vm.images.info(image, "raw").path("actual-size").asLong();
    }

    /** What a copy to a raw file counts, when it is READY; ends QEMU, so that the file can be looked at. */
    private static long lenOfCopy(TestVm vm, CopyRequest request) {
        BlockJob job = vm.start(request);
        TestVm.get(job.ready());
        long len = vm.onlyJob().path("len").asLong();
        JobOutcome outcome = TestVm.get(job.finishWithoutPivot());
        assertThat(outcome.completed()).as("%s", outcome).isTrue();
        assertThat(outcome.progress().len()).isEqualTo(len);
        vm.shutDown();
        assertThat(vm.images.identical(vm.before, "raw", vm.path("copy.raw"), "raw"))
                .isTrue();
        return len;
    }

    /** {@code len} is not the size of the disk. */
    @Test
    void countsAndWritesOnlyTheDataWhenItCopiesToANewRawFile() {
        try (TestVm vm = TestVm.start()) {
            Path target = vm.path("copy.raw");
            assertThat(lenOfCopy(vm, CopyRequest.of("disk0", target.toString(), "raw")))
                    .isEqualTo(DATA);
            assertThat(allocated(vm, target)).isBetween(DATA, DATA + TestVm.MIB);
        }
    }

    /** 11.1 looks whether the file is all zeroes, and 10.0 writes the zeroes out. */
    @Test
    void countsAndWritesTheWholeDiskOrOnlyTheDataWhenItCopiesToARawFileThatIsThere() {
        try (TestVm vm = TestVm.start()) {
            Release release = Release.of(vm.qemu);
            Path target = vm.images.create("copy.raw", "raw", TestVm.SIZE);
            assertThat(lenOfCopy(
                            vm,
                            CopyRequest.of("disk0", target.toString(), "raw").withReuseExternal(true)))
                    .isEqualTo(release.isBefore(Release.V11_1) ? TestVm.SIZE : DATA);
            if (release == Release.V10_0) {
                assertThat(allocated(vm, target)).isGreaterThanOrEqualTo(TestVm.SIZE);
            } else {
                assertThat(allocated(vm, target)).isBetween(DATA, DATA + TestVm.MIB);
            }
        }
    }

    /** QEMU would find it out when the job runs, and on 5.2 the event says less than the list of jobs. */
    @Test
    void refusesACopyOntoAFileOfAnotherSizeWhichQemuFailsOnlyAfterTheStart() {
        try (TestVm vm = TestVm.start()) {
            Path target = vm.images.create("small.raw", "raw", TestVm.SIZE / 2);
            assertThat(vm.jobs.start(
                            CopyRequest.of("disk0", target.toString(), "raw").withReuseExternal(true)))
                    .failsWithin(Duration.ofMinutes(2))
                    .withThrowableThat()
                    .withMessageContaining("a copy needs exactly as many");
            vm.assertNoJobsLeft();

            vm.ask("drive-mirror", """
                    {"job-id":"blind","device":"active","target":"%s","format":"raw","mode":"existing","sync":"full"}""".formatted(target));
            assertThat(vm.qemu
                            .oracle()
                            .awaitEvent("BLOCK_JOB_COMPLETED", data -> true, Duration.ofSeconds(10))
                            .at("/data/error")
                            .asText())
                    .isEqualTo(
                            Release.of(vm.qemu).isBefore(Release.V7_2)
                                    ? "Invalid argument"
                                    : "Source and target image have different sizes");
        }
    }

    /** Only a backup of such a disk is deadly, and only on 5.2. */
    @Test
    void copiesPullsAndCommitsADiskOfNoBytes() {
        try (TestVm vm = TestVm.start(nodes -> {
            DiskImages images = new DiskImages(
                    Objects.requireNonNull(Path.of(nodes.path("base")).getParent()));
            Path below = images.create("none.qcow2", "qcow2", 0);
            images.overlay("middle.qcow2", below, "qcow2");
            images.overlay("top.qcow2", Path.of(nodes.path("middle")), "qcow2");
            nodes.qcow2("none", null);
            nodes.qcow2("middle", "none");
            nodes.at("top", "middle", nodes.path("top"));
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=top");
        })) {
            BlockJob copy = vm.start(CopyRequest.of("disk0", vm.path("copy.raw").toString(), "raw"));
            JobOutcome copied = TestVm.get(copy.finishWithoutPivot());
            assertThat(copied.completed()).as("%s", copied).isTrue();
            assertThat(copied.progress().len()).isZero();
            JobOutcome pulled = vm.run(PullRequest.of("disk0").withBase("none"));
            assertThat(pulled.completed()).as("%s", pulled).isTrue();
            JobOutcome committed =
                    TestVm.get(vm.start(CommitRequest.of("disk0")).pivot());
            assertThat(committed.pivoted()).as("%s", committed).isTrue();
            vm.assertNoJobsLeft();
        }
    }
}
