package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Chains whose headers name their backing files in another way than the graph has them. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
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

    /** QEMU writes the whole json: text, and qemu-img reads the chain by it. */
    @Test
    void namesABaseThatIsMoreThanAFileByItsOptions() {
        for (BlockJobRequest request : List.of(
                CommitRequest.of("disk0").withTop("snap1").withBase("part"),
                PullRequest.of("disk0").withBase("part"))) {
            try (TestVm vm = TestVm.start(nodes -> {
                nodes.options.add("""
                        {"driver":"raw","node-name":"part","read-only":true,"offset":0,"size":%d,
                         "file":{"driver":"qcow2","file":{"driver":"file","filename":"%s"}}}""".formatted(TestVm.SIZE, nodes.path("base")));
                nodes.readOnly("snap1", "part");
                nodes.readOnly("snap2", "snap1");
                nodes.qcow2("active", "snap2");
            })) {
                JobOutcome outcome = vm.run(request);
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
                vm.assertUnchanged(vm.image("active"));
            }
        }
    }

    /** The header has another name than the graph. */
    @Test
    void pullsToABaseThatQemuTellsByItsOptions() {
        try (TestVm vm = withRelativeHeaders()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("snap1"));

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
                    .withTop("snap2")
                    .withBase(vm.image("snap1").toString()));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(header(vm, "active")).isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static TestVm withFilterOver(String below) {
        return TestVm.start(
                nodes -> {
                    nodes.qcow2("base", null);
                    nodes.qcow2("snap1", "base");
                    nodes.qcow2("snap2", "snap1");
                    String filter =
                            "{\"driver\":\"throttle\",\"node-name\":\"filter\",\"throttle-group\":\"group\",\"file\":\"%s\"}";
                    if (below.equals("active")) {
                        nodes.qcow2("active", "snap2");
                        nodes.devices.clear();
                        nodes.devices.add("virtio-blk-pci,id=disk0,drive=filter");
                        nodes.options.add(filter.formatted(below));
                    } else {
                        nodes.options.add(filter.formatted(below));
                        nodes.qcow2("active", "filter");
                    }
                },
                builder -> builder.arguments("-object", "throttle-group,id=group"));
    }

    /** QEMU rewrites no header above a filter: the overlay would go on to name what the commit has dropped. */
    @Test
    void refusesACommitThatWouldLeaveTheHeaderAsItWas() {
        try (TestVm vm = withFilterOver("snap2")) {
            assertThat(ScriptedVm.failure(vm.jobs.start(
                            CommitRequest.of("disk0").withTop("snap2").withBase("snap1"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("filter 'filter'");
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("snap1"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(header(vm, "active")).isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void pullsBelowAFilterAndKeepsIt() {
        try (TestVm vm = withFilterOver("active")) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("snap1"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
            assertThat(TestVm.get(vm.jobs.chain(DiskRef.of("disk0"))).nodes())
                    .extracting(BlockNode::label)
                    .containsExactly("filter", "active");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Nodes that were added by name stay until they are removed, and keep QEMU from seeing a root node. */
    @Test
    void saysWhichReleasedNodesStandInTheWayOfTheNextJob() {
        try (TestVm vm = TestVm.start()) {
            CommitRequest commit = CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withKeepReleasedNodes(true));
            TestVm.get(vm.start(commit).pivot());
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");

            assertThat(vm.jobs.start(copy))
                    .failsWithin(2, TimeUnit.MINUTES)
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

            assertThat(TestVm.get(vm.jobs.dismissEnded(DiskRef.of("disk0"))))
                    .singleElement()
                    .satisfies(outcome -> assertThat(outcome.completed()).isTrue());
            vm.assertNoJobsLeft();
        }
    }

    private static String header(TestVm vm, String name) {
        return vm.images.info(vm.image(name), "qcow2").path("backing-filename").asText();
    }
}
