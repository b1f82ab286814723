package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A shallow copy of a disk with filters: QEMU looks through them for the image that the copy stands on. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CopyThroughFilterTest {
    private static final String THROTTLE =
            "{\"driver\":\"throttle\",\"node-name\":\"%s\",\"throttle-group\":\"group\",\"file\":\"%s\"}";

    private static TestVm start(Consumer<? super Nodes> nodes) {
        return TestVm.start(nodes, builder -> builder.arguments("-object", "throttle-group,id=group"));
    }

    private static void copies(TestVm vm) {
        String target = vm.path("copy.qcow2").toString();
        JobOutcome outcome =
                TestVm.get(vm.start(CopyRequest.of("disk0", target, "qcow2").ofActiveLayerOnly())
                        .pivot());

        assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        assertThat(outcome.released()).extracting(BlockNode::label).contains("active");
        List<String> chain = vm.liveChain();
        // QEMU may tell the file of the copy by its options.
        assertThat(chain.get(0)).contains("copy.qcow2");
        assertThat(chain.subList(1, chain.size())).containsExactly("snap2.qcow2", "snap1.qcow2", "base.qcow2");
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.path("copy.qcow2"));
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
            copies(vm);
        }
    }

    @Test
    void copiesTheActiveLayerAboveAFilter() {
        try (TestVm vm = start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.options.add(THROTTLE.formatted("middle", "snap2"));
            nodes.qcow2("active", "middle");
        })) {
            copies(vm);
        }
    }
}
