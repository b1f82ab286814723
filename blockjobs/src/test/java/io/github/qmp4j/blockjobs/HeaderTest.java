package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Chains whose headers name their backing files in another way than the graph has them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HeaderTest {

    private static TestVm withRelativeHeaders() {
        TestVm vm = TestVm.start();
        for (String[] pair : new String[][] {{"active", "snap2"}, {"snap2", "snap1"}, {"snap1", "base"}}) {
            vm.qemu
                    .oracle()
                    .execute(
                            "change-backing-file",
                            "{\"device\":\"active\",\"image-node-name\":\"%s\",\"backing-file\":\"%s.qcow2\"}"
                                    .formatted(pair[0], pair[1]));
        }
        // QEMU now tells the overlays by json: texts, which is what this test is about.
        assertThat(vm.activeFile()).startsWith("json:");
        return vm;
    }

    @Test
    void pullsToABaseThatQemuTellsByItsOptions() {
        try (TestVm vm = withRelativeHeaders()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").base("snap1"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
            vm.shutDown();
            assertThat(header(vm, "active")).isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void commitsIntoABaseThatQemuTellsByItsOptions() {
        try (TestVm vm = withRelativeHeaders()) {
            JobOutcome outcome = vm.run(CommitRequest.of("disk0")
                    .top("snap2")
                    .base(vm.image("snap1").toString()));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(header(vm, "active")).isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** P33: nodes that were added by name stay until they are removed, and keep QEMU from seeing a root node. */
    @Test
    void saysWhichReleasedNodesStandInTheWayOfTheNextJob() {
        try (TestVm vm = TestVm.start()) {
            TestVm.get(vm.start(CommitRequest.of("disk0")).pivot());
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");

            assertThat(vm.jobs.start(copy))
                    .failsWithin(30, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(JobStartException.class)
                    .withMessageContaining("remove active, snap2, snap1 with blockdev-del, in this order");

            for (String node : new String[] {"active", "snap2", "snap1"}) {
                vm.qemu.oracle().execute("blockdev-del", "{\"node-name\":\"" + node + "\"}");
            }
            assertThat(TestVm.get(vm.start(copy).pivot()).pivoted()).isTrue();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    /** A56. */
    @Test
    void collectsAJobThatEndedWhileNobodyWatched() {
        try (TestVm vm = TestVm.start()) {
            vm.qemu
                    .oracle()
                    .execute(
                            "block-stream",
                            "{\"job-id\":\"pull-disk0-abc123\",\"device\":\"active\",\"auto-dismiss\":false}");
            vm.qemu
                    .oracle()
                    .awaitEvent(
                            "JOB_STATUS_CHANGE",
                            data -> data.path("status").asText().equals("concluded"),
                            java.time.Duration.ofSeconds(30));

            assertThat(TestVm.get(vm.jobs.collect(DiskRef.of("disk0"))))
                    .singleElement()
                    .satisfies(outcome -> assertThat(outcome.completed()).isTrue());
            vm.assertNoJobsLeft();
        }
    }

    private static String header(TestVm vm, String name) {
        return vm.images.info(vm.image(name), "qcow2").path("backing-filename").asText();
    }
}
