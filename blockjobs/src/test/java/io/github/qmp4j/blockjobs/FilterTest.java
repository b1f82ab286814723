package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk whose root is a throttle filter, and one more filter between snap2 and snap1. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FilterTest {
    private static final String THROTTLE =
            "{\"driver\":\"throttle\",\"node-name\":\"%s\",\"throttle-group\":\"group\",\"file\":\"%s\"}";

    private static TestVm start() {
        return TestVm.start(
                nodes -> {
                    nodes.qcow2("base", null);
                    nodes.qcow2("snap1", "base");
                    nodes.options.add(THROTTLE.formatted("middle", "snap1"));
                    nodes.qcow2("snap2", "middle");
                    nodes.qcow2("active", "snap2");
                    nodes.devices.clear();
                    nodes.devices.add("virtio-blk-pci,id=disk0,drive=root");
                    nodes.options.add(THROTTLE.formatted("root", "active"));
                },
                builder -> builder.arguments("-object", "throttle-group,id=group"));
    }

    /** The drivers of the guest's disk from its root down, by the second monitor. */
    private static List<String> drivers(TestVm vm) {
        List<String> drivers = new ArrayList<>();
        JsonNode inserted = vm.ask("query-block").get(0).path("inserted");
        for (JsonNode image = inserted.path("image"); image.isObject(); image = image.path("backing-image")) {
            drivers.add(image.path("format").asText());
        }
        return drivers;
    }

    private static void assertPivoted(TestVm vm, CommitRequest request, String base, String... driversAfter) {
        JobOutcome outcome = TestVm.get(vm.start(request).pivot());

        assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        assertThat(drivers(vm)).containsExactly(driversAfter);
        assertThat(vm.ask("query-block")
                        .get(0)
                        .path("inserted")
                        .path("node-name")
                        .asText())
                .isEqualTo("root");
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image(base));
    }

    @Test
    void commitsTheActiveLayerAndKeepsTheThrottleOfTheGuest() {
        try (TestVm vm = start()) {
            assertPivoted(vm, CommitRequest.of("disk0"), "base", "throttle", "qcow2");
        }
    }

    @Test
    void takesTheActiveLayerBelowTheFilterAsTop() {
        try (TestVm vm = start()) {
            CommitRequest request = CommitRequest.of("disk0").withTop("active").withShallow(true);
            assertPivoted(vm, request, "snap2", "throttle", "qcow2", "throttle", "qcow2", "qcow2");
        }
    }

    @Test
    void commitsIntoAFilterThatIsNamedAsBase() {
        try (TestVm vm = start()) {
            CommitRequest request = CommitRequest.of("disk0").withBase("middle");
            assertPivoted(vm, request, "snap1", "throttle", "throttle", "qcow2", "qcow2");
        }
    }

    @Test
    void commitsAMiddleNodeIntoTheFirstImageBelowIt() {
        try (TestVm vm = start()) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withShallow(true));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(drivers(vm)).containsExactly("throttle", "qcow2", "qcow2", "qcow2");
            assertThat(outcome.released()).extracting(BlockNode::label).contains("snap2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void finishesWithoutAPivotOnTheSource() {
        try (TestVm vm = start()) {
            JobOutcome outcome = TestVm.get(
                    vm.start(CommitRequest.of("disk0").withShallow(true)).finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(JobOutcome.Head.SOURCE);
            assertThat(drivers(vm)).containsExactly("throttle", "qcow2", "qcow2", "throttle", "qcow2", "qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** A commit on a disk with a filter that this handle has only met: what lies below the filter tells where it is. */
    @Test
    void seesThePivotOfAnAdoptedCommitBelowTheFilter() {
        try (TestVm vm = start()) {
            vm.ask(
                    "block-commit",
                    "{\"job-id\":\"j\",\"device\":\"root\",\"top-node\":\"active\",\"auto-dismiss\":false}");
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("j"))).orElseThrow();
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(drivers(vm)).containsExactly("throttle", "qcow2");
        }
    }
}
