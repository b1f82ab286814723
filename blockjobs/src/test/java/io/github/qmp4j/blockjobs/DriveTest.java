package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Disks of -drive: they have a device name, and node-names that QEMU made. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DriveTest {
    /** A VM whose one disk is drive0, on a chain that QEMU opens by the headers alone. */
    private static TestVm start(String file) {
        return TestVm.start(
                nodes -> {}, builder -> builder.arguments("-drive", "if=none,id=drive0,format=qcow2,file=" + file)
                        .device("virtio-blk-pci,drive=drive0"));
    }

    /** By path. */
    @Test
    void commitsByFileNames() {
        try (TestVm vm = start("active.qcow2")) {
            JobOutcome outcome = vm.run(CommitRequest.of("drive0")
                    .withTop(vm.image("snap2").toString())
                    .withBase(vm.image("base").toString()));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void pullsCopiesAndCommitsTheActiveLayer() {
        try (TestVm vm = start("active.qcow2")) {
            assertThat(vm.run(PullRequest.of("drive0")
                                    .withBase(vm.image("snap1").toString()))
                            .completed())
                    .isTrue();
            assertThat(TestVm.get(vm.start(CommitRequest.of("drive0").withShallow(true))
                                    .pivot())
                            .pivoted())
                    .isTrue();
            String target = vm.path("copy.qcow2").toString();
            assertThat(TestVm.get(vm.start(CopyRequest.of("drive0", target, "qcow2"))
                                    .pivot())
                            .pivoted())
                    .isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    /** A name is relative to QEMU's folder, but in a header to the overlay's. */
    @Test
    void writesARelativeNameForARelativeChain() {
        try (TestVm vm = TestVm.startRelative()) {
            JobOutcome outcome = vm.run(PullRequest.of("drive0").withBase("snap1.qcow2"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(vm.images
                            .info(vm.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo("snap1.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The header of a target that exists is the user's word, and the graph tells what came of it. */
    @Test
    void copiesTheActiveLayerOntoAFileThatIsThereAlready() {
        try (TestVm vm = start("active.qcow2")) {
            Path target = vm.images.overlay("copy.qcow2", vm.image("snap2"), "qcow2");
            JobOutcome outcome = TestVm.get(vm.start(CopyRequest.of("drive0", target.toString(), "qcow2")
                            .withExtent(CopyExtent.TOP)
                            .withReuseExternal(true))
                    .pivot());
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            vm.assertUnchanged(target);
        }
    }

    /** QEMU would complete it, and the guest would have lost all that lies below. */
    @Test
    void refusesAShallowCopyOntoAFileWhoseHeaderNamesNothing() {
        try (TestVm vm = start("active.qcow2")) {
            Path target = vm.images.create("copy.qcow2", "qcow2", TestVm.SIZE);
            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("drive0", target.toString(), "qcow2")
                            .withExtent(CopyExtent.TOP)
                            .withReuseExternal(true))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining(
                            "names none as its backing file, but the copy will stand on " + vm.image("snap2"));
            vm.assertNoJobsLeft();
        }
    }
}
