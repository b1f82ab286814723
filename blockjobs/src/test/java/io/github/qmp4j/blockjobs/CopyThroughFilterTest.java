package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A shallow copy of a disk with filters: QEMU looks through them for the image that the copy stands on. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CopyThroughFilterTest {
    private static final String THROTTLE =
            "{\"driver\":\"throttle\",\"node-name\":\"%s\",\"throttle-group\":\"group\",\"file\":\"%s\"}";

    private static TestVm start(Consumer<? super Nodes> nodes) {
        return TestVm.start(nodes, builder -> builder.arguments("-object", "throttle-group,id=group"));
    }

    private static void pivotsToTheCopy(TestVm vm, CopyRequest request) {
        JobOutcome outcome = TestVm.get(vm.start(request).pivot());

        assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        assertThat(outcome.released()).extracting(BlockNode::label).contains("active");
        assertThat(vm.liveChain()).containsExactly("copy.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.path("copy.qcow2"));
    }

    private static CopyRequest request(TestVm vm) {
        return CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .ofActiveLayerOnly();
    }

    @Test
    void copiesTheActiveLayerBelowAFilter() {
        try (TestVm vm = start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
            nodes.devices.clear();
            nodes.options.add(THROTTLE.formatted("root", "active"));
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=root");
        })) {
            pivotsToTheCopy(vm, request(vm));
        }
    }

    /** QEMU writes the filter and all its options into the header of a copy that it makes. */
    @Test
    void copiesTheActiveLayerAboveAFilterOntoAPreparedFileOnly() {
        try (TestVm vm = start(nodes -> {
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.readOnly("snap2", "snap1");
            nodes.options.add(THROTTLE.formatted("middle", "snap2"));
            nodes.qcow2("active", "middle");
        })) {
            assertThat(ScriptedVm.failure(vm.jobs.start(request(vm))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("json: text for middle");
            vm.images.overlay("copy.qcow2", vm.image("snap2"), "qcow2");
            pivotsToTheCopy(vm, request(vm).ontoExistingFile());
        }
    }
}
