package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import io.github.qmp4j.testkit.RealQemuBuilder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands, arguments and members that only some versions have, and what QEMU says when it refuses. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SchemaByVersionTest {

    /** Of a copy only, never of an active commit. */
    @Test
    void tellsWhetherACopyIsActivelySyncedWhereTheSchemaHasIt() {
        try (TestVm vm = TestVm.start()) {
            boolean known = vm.qemu.knows("query-block-jobs/ret/actively-synced");
            assertThat(known).isEqualTo(!Release.of(vm.qemu).isBefore(Release.V10_0));
            BlockJob copy =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(copy.ready());
            assertThat(vm.onlyJob().has("actively-synced")).isEqualTo(known);
            TestVm.get(copy.cancel());
            BlockJob commit = vm.start(CommitRequest.of("disk0"));
            TestVm.get(commit.ready());
            assertThat(vm.onlyJob().has("actively-synced")).isFalse();
            TestVm.get(commit.cancel());
        }
    }

    @Test
    void changesARunningCopyToSynchronousWritesWhereTheSchemaHasTheCommand() {
        try (TestVm vm = TestVm.start()) {
            boolean known = vm.qemu.knows("block-job-change");
            assertThat(known).isEqualTo(!Release.of(vm.qemu).isBefore(Release.V10_0));
            BlockJob copy =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(copy.ready());
            String change = "{\"id\":\"%s\",\"type\":\"mirror\",\"copy-mode\":\"write-blocking\"}".formatted(copy.id());
            if (known) {
                assertThat(vm.onlyJob().path("actively-synced").asBoolean()).isFalse();
                vm.ask("block-job-change", change);
                await().untilAsserted(() -> assertThat(
                                vm.onlyJob().path("actively-synced").asBoolean())
                        .isTrue());
            } else {
                assertThatThrownBy(() -> vm.ask("block-job-change", change))
                        .isInstanceOfSatisfying(QmpErrorException.class, refused -> assertThat(refused.errorClass())
                                .isEqualTo("CommandNotFound"));
            }
            assertThat(TestVm.get(copy.pivot()).pivoted()).isTrue();
        }
    }

    /** The library sends the commands that are not deprecated, on every version. */
    @Test
    void flagsTheOldVerbsAsDeprecatedWhereTheVersionDoes() {
        try (TestVm vm = TestVm.start(Nodes::plainChain, RealQemuBuilder::allowDeprecated)) {
            boolean expected = !Release.of(vm.qemu).isBefore(Release.V11_1);
            for (String verb : new String[] {"pause", "resume", "complete", "finalize", "dismiss"}) {
                assertThat(vm.qemu.knows("block-job-" + verb)).isTrue();
                assertThat(vm.qemu.knows("block-job-" + verb + "/$deprecated"))
                        .as(verb)
                        .isEqualTo(expected);
            }
            assertThat(vm.qemu.knows("block-job-cancel/$deprecated")).isFalse();
            assertThat(vm.qemu.knows("block-job-set-speed/$deprecated")).isFalse();
        }
    }

    /** Without a format in the header the next start of QEMU would have to guess. */
    @Test
    void writesTheFormatOfAProtocolNodeIntoTheHeaderAsTheVersionCan() {
        try (TestVm vm = TestVm.start(nodes -> {
            DiskImages images = new DiskImages(
                    Objects.requireNonNull(Path.of(nodes.path("base")).getParent()));
            Path base = images.create("base.raw", "raw", TestVm.SIZE);
            Path middle = images.overlay("middle.qcow2", base, "raw");
            images.overlay("top.qcow2", middle, "qcow2");
            nodes.options.add("{\"driver\":\"file\",\"node-name\":\"bare\",\"filename\":\"" + base + "\"}");
            nodes.at("middle", "bare", middle.toString());
            nodes.at("top", "middle", nodes.path("top"));
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=top");
        })) {
            boolean masks = vm.qemu.knows("block-stream/arg/backing-mask-protocol");
            assertThat(masks).isEqualTo(!Release.of(vm.qemu).isBefore(Release.V10_0));
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("bare"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            JsonNode header = vm.images.info(vm.path("top.qcow2"), "qcow2");
            assertThat(header.path("backing-filename").asText())
                    .isEqualTo(vm.path("base.raw").toString());
            assertThat(header.path("backing-filename-format").asText()).isEqualTo(masks ? "raw" : "file");
        }
    }

    /** The class is the same everywhere, and the text is for people. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "block-stream | {'device':'nope','job-id':'j'} | Cannot find device=nope nor node_name=nope"
                        + " | Cannot find device='nope' nor node-name='nope'",
                "blockdev-del | {'node-name':'none'} | Cannot find node none | Failed to find node with node-name='none'",
                "block-stream | {'device':'active','job-id':'j','base':'x'} | Base 'x' not found"
                        + " | Can't find 'x' in the backing chain",
                "block-stream | {'device':'active','job-id':'j','on-error':'x'} | Invalid parameter 'x'"
                        + " | Parameter 'on-error' does not accept value 'x'",
            })
    void saysTheSameInOtherWords(String command, String arguments, String old, String now) {
        try (TestVm vm = TestVm.start()) {
            assertThatThrownBy(() -> vm.ask(command, arguments.replace('\'', '"')))
                    .isInstanceOfSatisfying(QmpErrorException.class, refused -> {
                        assertThat(refused.errorClass()).isEqualTo("GenericError");
                        assertThat(refused.desc()).isEqualTo(Release.of(vm.qemu).isBefore(Release.V7_2) ? old : now);
                    });
        }
    }
}
