package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.graph.Chains;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes of a QEMU with a guest that no guest device is on. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DevicelessDiskTest {
    /** Beside the disk of the guest a chain {@code other} over {@code otherbase} that no device uses. */
    private static TestVm oneOfTwoPluggedIn() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
            nodes.devices.removeIf(device -> device.contains("disk1"));
        });
    }

    @Test
    void showsItBesideTheDiskOfTheGuest() {
        try (TestVm vm = oneOfTwoPluggedIn()) {
            List<Disk> disks = TestVm.get(vm.jobs.disks());
            assertThat(disks).extracting(Disk::name).containsExactly("disk0", "other");
            assertThat(disks).extracting(Disk::isPluggedIn).containsExactly(true, false);
            assertThat(disks.get(1).chain().nodes())
                    .extracting(BlockNode::label)
                    .containsExactly("other", "otherbase");
        }
    }

    /** Before QEMU 10.0 a listing of the nodes could kill it there. */
    @Test
    void tellsOfANodeWithoutADeviceBesideAPullWhatCanBeAskedSafely() {
        try (TestVm vm = oneOfTwoPluggedIn()) {
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            await().until(() -> vm.ask("query-jobs").findValuesAsText("status").contains("concluded"));
            BlockChain unknown = TestVm.get(vm.jobs.chain(DiskRef.of("other")));
            assertThat(unknown.nodes().get(0).nodeName()).contains("other");
            boolean knows = !Release.of(vm.qemu).isBefore(Release.V10_0);
            assertThat(unknown.nodes().get(0).file().isEmpty()).isEqualTo(!knows);
            if (!knows) {
                assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("other"))))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("other cannot be known now");
            }
            vm.ask("job-dismiss", "{\"id\":\"theirs\"}");
            BlockChain known = TestVm.get(vm.jobs.chain(DiskRef.of("other")));
            assertThat(known.nodes())
                    .extracting(node -> Path.of(node.file()).getFileName().toString())
                    .containsExactly("other.qcow2", "otherbase.qcow2");
        }
    }

    @Test
    void pullsIt() {
        try (TestVm vm = oneOfTwoPluggedIn()) {
            JobOutcome outcome = vm.run(PullRequest.of("other"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("otherbase");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void commitsItAndPivots() {
        try (TestVm vm = oneOfTwoPluggedIn()) {
            JobOutcome outcome = vm.run(CommitRequest.of("other").withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("other");
            assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void copiesItAndPivots(CopyEngine engine) {
        try (TestVm vm = oneOfTwoPluggedIn()) {
            Path copy = vm.path("copy.qcow2");
            JobOutcome outcome = vm.run(CopyRequest.of("other", copy.toString(), "qcow2")
                    .withEngine(engine)
                    .withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("other", "otherbase");
            vm.shutDown();
            Path flat = vm.images.flatten(vm.path("other.qcow2"), "qcow2", "flat.raw");
            assertThat(vm.images.identical(flat, "raw", copy, "qcow2")).isTrue();
        }
    }

    /** What an active commit has left behind is listed, and yet nothing uses it. */
    @Test
    void showsWhatACommitHasLeftBehindAndStillReleasesIt() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(CommitRequest.of("disk0")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(JobSettings.defaults().withKeepReleasedNodes(true)));
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("active", "snap2", "snap1");
            assertThat(TestVm.get(vm.jobs.disks()))
                    .extracting(disk -> Chains.drawn(disk.chain()))
                    .containsExactly("base", "active → snap2 → snap1 → base");
            vm.assertUnchanged(vm.image("base"));
        }
    }
}
