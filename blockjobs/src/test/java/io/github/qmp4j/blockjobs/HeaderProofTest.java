package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.blockjobs.header.HeaderRewrite;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A header that cannot be rewritten at the end of a job is found before its start, and left as it is. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HeaderProofTest {
    private static final long SIZE = 4 << 20;
    private static final int CLUSTER = 1 << 16;
    private static final CommitRequest BELOW_SNAP2 =
            CommitRequest.of("disk0").withTop("snap1").withBase("base");

    /** The chain of {@link FilledChain}, all of it read-only below the active layer, as libvirt opens it. */
    static void readOnlyBelow(Nodes nodes) {
        nodes.readOnly("base", null);
        nodes.readOnly("snap1", "base");
        nodes.readOnly("snap2", "snap1");
        nodes.qcow2("active", "snap2");
    }

    private static void assertRefused(TestVm vm, BlockJobRequest request, String... why) {
        assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContainingAll(why);
        vm.assertNoJobsLeft();
        assertNothingAdded(vm);
    }

    private static void assertNothingAdded(TestVm vm) {
        assertThat(vm.ask("query-named-block-nodes").toString()).doesNotContain("header-proof");
    }

    /** A disk {@code small} on base ← mid ← top of this format. */
    static void smallChain(Nodes nodes, String format) {
        DiskImages images = nodes.images();
        Path below = images.create("0." + format, format, SIZE);
        node(nodes, format, 0, "null", below);
        for (int layer = 1; layer <= 2; layer++) {
            below = images.overlay(layer + "." + format, format, below, format, SIZE);
            node(nodes, format, layer, "\"small" + (layer - 1) + "\"", below);
        }
        nodes.disk("small", "small2");
    }

    private static void node(Nodes nodes, String format, int layer, String backing, Path file) {
        String below = layer == 0 ? "" : "\"backing\":" + backing + ",";
        nodes.options.add(
                "{\"driver\":\"%s\",\"node-name\":\"small%d\",%s\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                        .formatted(format, layer, below, file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vmdk", "qcow"})
    void aFormatWithAFixedHeaderIsRefusedByPreviewToo(String format) {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            smallChain(nodes, format);
        })) {
            for (BlockJobRequest request : List.of(
                    CommitRequest.of("small").withTop("small1"),
                    PullRequest.of("small"),
                    PullRequest.of("small").withBase("small0"))) {
                assertRefused(vm, request, "small2", "QEMU cannot rewrite a header of the format " + format);
                assertThat(ScriptedVm.failure(vm.jobs.preview(request))).isInstanceOf(BlockChainException.class);
            }
            assertThat(TestVm.get(vm.start(CommitRequest.of("small")).pivot()).pivoted())
                    .as("a commit of the active layer rewrites no header")
                    .isTrue();
        }
    }

    /** 512-byte clusters leave some 400 bytes of the header for a name. */
    @ParameterizedTest
    @CsvSource({"compat=1.1, 400", "compat=0.10, 450"})
    void aHeaderWithoutRoomForTheNewNameIsRefused(String compat, int length) throws IOException {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            DiskImages images = nodes.images();
            Path folder = images.folder();
            while (folder.toString().length() + 100 < length) {
                folder = folder.resolve("x".repeat(90));
            }
            folder = folder.resolve(
                    "y".repeat(Math.max(1, length - folder.toString().length() - 4)));
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            Path base = new DiskImages(folder).create("b", "qcow2", SIZE);
            Path mid = images.overlay("mid", "qcow2", base, "qcow2", SIZE);
            Path top = images.overlay("top", "qcow2", mid, "qcow2", SIZE, compat + ",cluster_size=512");
            node(nodes, "qcow2", 0, "", base);
            node(nodes, "qcow2", 1, "\"small0\"", mid);
            node(nodes, "qcow2", 2, "\"small1\"", top);
            nodes.disk("small", "small2");
        })) {
            byte[] before = header(vm.path("top"));
            String known = described(vm, "small2");
            assertRefused(
                    vm,
                    CommitRequest.of("small").withTop("small1"),
                    "the header of 'small2'",
                    "No space left on device",
                    "room for a backing name of");
            assertRefused(vm, PullRequest.of("small").withBase("small0"), "No space left on device");
            assertThat(header(vm.path("top"))).isEqualTo(before);
            assertThat(described(vm, "small2")).isEqualTo(known);
            assertThat(vm.run(PullRequest.of("small")).completed()).isTrue();
        }
    }

    @Test
    void anOverlayOnAFileThatIsOpenedReadOnlyIsRefused() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.options.add("{\"driver\":\"file\",\"node-name\":\"fixed\",\"read-only\":true,\"filename\":\"%s\"}"
                    .formatted(nodes.path("snap2")));
            nodes.options.add(
                    "{\"driver\":\"qcow2\",\"node-name\":\"snap2\",\"read-only\":true,\"backing\":\"snap1\",\"file\":\"fixed\"}");
            nodes.qcow2("active", "snap2");
        })) {
            assertRefused(vm, BELOW_SNAP2, "the header of 'snap2'");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void anOverlayWhoseFileWasRenamedIsRefused() throws IOException {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            Path away = vm.path("away");
            Files.move(vm.image("snap2"), away);
            assertRefused(vm, BELOW_SNAP2, "the header of 'snap2'", "No such file");
            Files.move(away, vm.image("snap2"));

            assertThat(vm.run(BELOW_SNAP2).completed()).isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void anOverlayWhoseFileCannotBeChangedIsRefused() throws Exception {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            assumeTrue(chattr("+i", vm.image("snap2")), "only root can make a file immutable");
            try {
                assertRefused(vm, BELOW_SNAP2, "the header of 'snap2'", "Operation not permitted");
            } finally {
                chattr("-i", vm.image("snap2"));
            }
            vm.assertUnchanged(vm.image("active"));
        }
    }

    static boolean chattr(String flag, Path file) throws Exception {
        return new ProcessBuilder("chattr", flag, file.toString()).start().waitFor() == 0;
    }

    /** As a backup tool has it open. */
    static RealQemu reader(Path image) {
        return RealQemu.builder()
                .blockdev(
                        "{\"driver\":\"qcow2\",\"node-name\":\"read\",\"read-only\":true,\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                                .formatted(image))
                .device("virtio-blk-pci,drive=read")
                .start();
    }

    @Test
    void anOverlayThatAnotherProcessReadsIsRefused() {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            try (RealQemu reader = reader(vm.image("snap2"))) {
                assertThat(reader.oracle().execute("query-status").isObject()).isTrue();
                assertRefused(vm, BELOW_SNAP2, "the header of 'snap2'", "lock");
            }
            assertThat(vm.run(BELOW_SNAP2).completed()).isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theProofLeavesTheHeaderAsItWas(boolean readOnly) throws IOException {
        try (TestVm vm = TestVm.start(readOnly ? HeaderProofTest::readOnlyBelow : Nodes::plainChain)) {
            assertLeftAsItWas(vm, BELOW_SNAP2, "snap2");
            assertLeftAsItWas(vm, PullRequest.of("disk0").withBase("snap1"), "active");
            assertLeftAsItWas(vm, PullRequest.of("disk0"), "active");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static void assertLeftAsItWas(TestVm vm, BlockJobRequest request, String overlay) throws IOException {
        // What MadeOnce has left behind the name of the backing file goes when QEMU writes the header for the first
        // time.
        vm.ask(
                "change-backing-file",
                "{\"device\":\"active\",\"image-node-name\":\"%s\",\"backing-file\":\"%s\"}"
                        .formatted(
                                overlay,
                                vm.images
                                        .info(vm.image(overlay), "qcow2")
                                        .path("backing-filename")
                                        .asText()));
        byte[] before = header(vm.image(overlay));
        String nodes = described(vm, overlay);
        JobSettings slow = JobSettings.defaults().withSpeed(1);
        BlockJob job = vm.start(
                request instanceof PullRequest pull
                        ? pull.withSettings(slow)
                        : ((CommitRequest) request).withSettings(slow));
        assertThat(header(vm.image(overlay))).isEqualTo(before);
        assertNothingAdded(vm);
        TestVm.get(job.cancel());
        assertThat(header(vm.image(overlay))).isEqualTo(before);
        assertThat(described(vm, overlay)).isEqualTo(nodes);
    }

    /** What QEMU says of a node, but for what its file takes on disk. */
    private static String described(TestVm vm, String node) {
        for (var entry : vm.ask("query-named-block-nodes")) {
            if (entry.path("node-name").asText().equals(node)) {
                return "%s %s %s %s"
                        .formatted(
                                entry.path("file"),
                                entry.path("ro"),
                                entry.path("backing_file"),
                                entry.path("image").path("backing-filename-format"));
            }
        }
        throw new AssertionError("no node " + node);
    }

    private static byte[] header(Path image) throws IOException {
        try (var in = Files.newInputStream(image)) {
            return in.readNBytes(CLUSTER);
        }
    }

    /** QEMU would write qcow2 as the format of the backing file, which is another one. */
    @Test
    void aBackingFileOfAnotherFormatKeepsItsFormatInTheHeader() throws IOException {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            DiskImages images = nodes.images();
            Path base = images.create("0.qed", "qed", SIZE);
            Path mid = images.overlay("1.qed", "qed", base, "qed", SIZE);
            Path top = images.overlay("2.qcow2", "qcow2", mid, "qed", SIZE);
            images.write(mid, "qed", 5, 0, 1 << 20);
            node(nodes, "qed", 0, "", base);
            node(nodes, "qed", 1, "\"small0\"", mid);
            node(nodes, "qcow2", 2, "\"small1\"", top);
            nodes.disk("small", "small2");
        })) {
            byte[] before = header(vm.path("2.qcow2"));
            BlockJob job = vm.start(PullRequest.of("small")
                    .withBase("small0")
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            TestVm.get(job.cancel());
            assertThat(header(vm.path("2.qcow2"))).isEqualTo(before);
        }
    }

    /** Told by change-backing-file, QEMU would from then on name the disk by a json: text. */
    @Test
    void aRelativeNameInTheHeaderDoesNotChangeWhatQemuCallsTheDisk() {
        try (TestVm vm = TestVm.startRelative()) {
            String file = vm.activeFile();
            BlockJob job = vm.start(PullRequest.of("drive0")
                    .withBase("snap1.qcow2")
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            TestVm.get(job.cancel());
            assertThat(vm.activeFile()).isEqualTo(file);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b, 4, /a/b",
        "/a/b, 9, /a//////b",
        "/b, 4, ///b",
        "b, 3, ./b",
        "b, 2, ./b",
        "b, 5, .///b",
        "s/b, 4, s//b",
        "json:{}, 9, 'json:{}  '",
        "nbd://h/x, 20, nbd://h/x",
        "'', 5, ''"
    })
    void theSameFileIsSpelledInAsManyBytes(String name, int bytes, String longer) {
        assertThat(HeaderRewrite.spelled(name, bytes)).isEqualTo(longer);
    }

    @Test
    void noNameIsSpelledLongerThanAHeaderHolds() {
        String name = "b".repeat(1022);
        assertThat(HeaderRewrite.spelled(name, 1023)).isEqualTo(name);
    }
}
