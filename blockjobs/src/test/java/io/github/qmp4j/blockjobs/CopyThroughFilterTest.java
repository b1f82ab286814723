package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy of a disk with filters: those above the active layer stay, and QEMU looks through others for what it stands on. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CopyThroughFilterTest {
    private static final String THROTTLE =
            "{\"driver\":\"throttle\",\"node-name\":\"%s\",\"throttle-group\":\"group\",\"file\":\"%s\"}";

    private static TestVm start(Consumer<? super Nodes> nodes) {
        return TestVm.start(nodes, builder -> builder.arguments("-object", "throttle-group,id=group"));
    }

    /** What the guest's disk is made of, from its root down, by the second monitor. */
    private static List<String> guestChain(TestVm vm) {
        List<String> chain = new ArrayList<>();
        JsonNode inserted = vm.ask("query-block").get(0).path("inserted");
        for (JsonNode image = inserted.path("image"); image.isObject(); image = image.path("backing-image")) {
            String format = image.path("format").asText();
            String file = Path.of(image.path("filename").asText()).getFileName().toString();
            chain.add(format.equals("qcow2") ? file : format);
        }
        return chain;
    }

    private static void pivotsToTheCopy(TestVm vm, CopyRequest request, String... chain) {
        JobPreview preview = TestVm.get(vm.jobs.preview(request));
        JobOutcome outcome = TestVm.get(vm.start(request).pivot());

        assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        assertThat(outcome.released()).extracting(BlockNode::label).contains("active");
        assertThat(outcome.released()).extracting(BlockNode::label).doesNotContain("root", "upper");
        assertThat(guestChain(vm)).containsExactly(chain);
        assertThat(preview.after().nodes()).hasSize(chain.length);
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.path("copy.qcow2"));
    }

    private static CopyRequest request(TestVm vm) {
        return CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .withExtent(CopyExtent.TOP);
    }

    /** A throttle right above the active layer, and above that a filter of another kind. */
    private static TestVm startBelowFilters() {
        return start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
            nodes.devices.clear();
            nodes.options.add(THROTTLE.formatted("upper", "active"));
            nodes.options.add("{\"driver\":\"copy-on-read\",\"node-name\":\"root\",\"file\":\"upper\"}");
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=root");
        });
    }

    /** The copy takes the place of the image, and the guest keeps its limits. */
    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,FULL", "BLOCKDEV_MIRROR,FULL", "DRIVE_MIRROR,TOP", "BLOCKDEV_MIRROR,TOP"})
    void keepsTheFiltersAboveTheActiveLayer(CopyEngine engine, CopyExtent extent) {
        try (TestVm vm = startBelowFilters()) {
            CopyRequest request = request(vm).withEngine(engine).withExtent(extent);
            if (extent == CopyExtent.FULL) {
                pivotsToTheCopy(vm, request, "copy-on-read", "throttle", "copy.qcow2");
            } else {
                pivotsToTheCopy(
                        vm,
                        request,
                        "copy-on-read",
                        "throttle",
                        "copy.qcow2",
                        "snap2.qcow2",
                        "snap1.qcow2",
                        "base.qcow2");
            }
        }
    }

    @Test
    void staysOnTheSourceBelowItsFiltersWithoutAPivot() {
        try (TestVm vm = startBelowFilters()) {
            JobOutcome outcome =
                    TestVm.get(vm.start(request(vm).withExtent(CopyExtent.FULL)).finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(JobOutcome.Head.SOURCE);
            assertThat(guestChain(vm))
                    .containsExactly(
                            "copy-on-read", "throttle", "active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
        }
    }

    @Test
    void doesNotPutAFilterBelowACopyThatStandsOnTheDisk() {
        try (TestVm vm = startBelowFilters()) {
            assertThat(ScriptedVm.failure(vm.jobs.start(request(vm).withExtent(CopyExtent.NONE))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("would put filter 'root' of disk disk0 below it");
        }
    }

    /** A copy that is not ours is seen to have switched the disk below its filters too. */
    @Test
    void seesThePivotOfAnAdoptedCopyBelowAFilter() {
        try (TestVm vm = startBelowFilters()) {
            vm.ask("drive-mirror", """
                    {"job-id":"j","device":"root","target":"%s","format":"qcow2","sync":"full","node-name":"copy",
                    "replaces":"active","auto-dismiss":false}""".formatted(vm.path("copy.qcow2")));
            JobOutcome outcome = TestVm.get(
                    TestVm.get(vm.jobs.adopt(new JobId("j"))).orElseThrow().pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(guestChain(vm)).containsExactly("copy-on-read", "throttle", "copy.qcow2");
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
            pivotsToTheCopy(
                    vm, request(vm).withReuseExternal(true), "copy.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
        }
    }
}
