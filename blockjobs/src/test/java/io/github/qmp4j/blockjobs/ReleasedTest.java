package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is released may be deleted, so nothing may be that anybody uses, be it by way of another image. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReleasedTest {
    @Test
    void releasesNothingBelowAnImageThatIsExported() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("nbd-server-start", "{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"nbd.sock\"}}}");
            vm.ask("block-export-add", "{\"type\":\"nbd\",\"id\":\"export\",\"node-name\":\"snap1\"}");
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }

    private static void twin(Nodes nodes, String name, String backing, String of) {
        nodes.options.add("""
                {"driver":"qcow2","node-name":"%s","backing":%s,"read-only":true,
                "file":{"driver":"file","filename":"%s","locking":"off"}}""".formatted(name, backing, nodes.path(of)));
    }

    /** One chain is told by json: texts, and the other by plain names. */
    @Test
    void releasesNoImageThatAnotherDiskHasOpenedByAnotherText() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            new DiskImages(Objects.requireNonNull(Path.of(nodes.path("base")).getParent()))
                    .overlay("other.qcow2", Path.of(nodes.path("snap1")), "qcow2");
            twin(nodes, "twinbase", "null", "base");
            twin(nodes, "twin", "\"twinbase\"", "snap1");
            nodes.at("other", "twin", nodes.path("other"));
            nodes.devices.add("virtio-blk-pci,id=disk1,drive=other");
        })) {
            vm.ask(
                    "change-backing-file",
                    "{\"device\":\"active\",\"image-node-name\":\"snap1\",\"backing-file\":\"base.qcow2\"}");
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }
}
