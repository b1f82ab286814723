package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.text.FileName;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is encrypted comes out in plain text only where the request allows it. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PlainTextTest {
    private static final long SIZE = 8 * TestVm.MIB;
    private static final JobSettings ALLOWED = JobSettings.defaults().withPlainText(true);

    /** Makes an encrypted image; qemu-img measures its own speed for that, and fails where the machine is too busy. */
    private static Path encrypted(Nodes nodes, String name, String format, String... more) {
        Path image = Path.of(nodes.path("base")).resolveSibling(name);
        String prefix = format.equals("luks") ? "" : "encrypt.format=luks,encrypt.";
        String options = prefix + "key-secret=s," + (prefix.isEmpty() ? "" : "encrypt.") + "iter-time=10";
        List<String> command = Stream.of(
                        Stream.of(
                                "qemu-img",
                                "create",
                                "-q",
                                "-f",
                                format,
                                "--object",
                                "secret,id=s,data=abc",
                                "-o",
                                options),
                        Stream.of(more),
                        Stream.of(image.toString(), Long.toString(SIZE)))
                .flatMap(words -> words)
                .toList();
        await().atMost(1, TimeUnit.MINUTES)
                .until(() -> new ProcessBuilder(command).inheritIO().start().waitFor() == 0);
        return image;
    }

    private static void node(Nodes nodes, String name, String format, Path image, String more) {
        String key = format.equals("luks")
                ? "\"key-secret\":\"s\""
                : "\"encrypt\":{\"format\":\"luks\",\"key-secret\":\"s\"}";
        nodes.options.add(
                "{\"driver\":\"%s\",\"node-name\":\"%s\",%s%s,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                        .formatted(format, name, key, more, image));
    }

    private static TestVm vm(java.util.function.Consumer<Nodes> nodes) {
        return TestVm.start(nodes, builder -> builder.arguments("-object", "secret,id=s,data=abc"));
    }

    private static TestVm encryptedDisk(String format) {
        return vm(nodes -> {
            node(nodes, "secret", format, encrypted(nodes, "secret.img", format), "");
            nodes.disk("disk0", "secret");
        });
    }

    private static CopyRequest copy(TestVm vm) {
        return CopyRequest.of("disk0", vm.path("copy.raw").toString(), "raw").withWhenReady(WhenReady.PIVOT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"luks", "qcow2"})
    void refusesToCopyAnEncryptedDiskToAPlainFile(String format) {
        try (TestVm vm = encryptedDisk(format)) {
            for (Throwable refusal : List.of(
                    ScriptedVm.failure(vm.jobs.start(copy(vm))), ScriptedVm.failure(vm.jobs.preview(copy(vm))))) {
                assertThat(refusal)
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining(
                                "a copy of disk disk0 would write in plain text what secret holds encrypted");
            }
            assertThat(vm.path("copy.raw")).doesNotExist();
            vm.assertNoJobsLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"luks", "qcow2"})
    void copiesItWhereThatIsAllowedAndSaysSo(String format) {
        try (TestVm vm = encryptedDisk(format)) {
            vm.qemu.guestWrite("disk0", 0x5a, 0, 65536);
            CopyRequest request = copy(vm).withSettings(ALLOWED);
            assertThat(get(vm.jobs.preview(request)).plainText()).isTrue();
            JobOutcome outcome = vm.run(request);
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.plainText()).isTrue();
            vm.shutDown();
            assertThat(vm.images.holds(vm.path("copy.raw"), "raw", 0x5a, 0, 65536))
                    .isTrue();
        }
    }

    @Test
    void copiesItToAnEncryptedNode() {
        try (TestVm vm = vm(nodes -> {
            node(nodes, "secret", "qcow2", encrypted(nodes, "secret.img", "qcow2"), "");
            nodes.disk("disk0", "secret");
            node(nodes, "target", "qcow2", encrypted(nodes, "target.img", "qcow2"), "");
        })) {
            JobOutcome outcome = vm.run(
                    CopyRequest.of("disk0", new CopyTarget.Node("target")).withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.plainText()).isFalse();
        }
    }

    @Test
    void refusesToMoveEncryptedDataIntoAPlainLayer() {
        try (TestVm vm = vm(nodes -> {
            Path base = nodes.images().create("plain.qcow2", "qcow2", SIZE);
            nodes.at("plain", null, base.toString());
            Path overlay = encrypted(nodes, "secret.img", "qcow2", "-b", base.toString(), "-F", "qcow2");
            node(nodes, "secret", "qcow2", overlay, ",\"backing\":\"plain\"");
            nodes.disk("disk0", "secret");
        })) {
            assertThat(ScriptedVm.failure(vm.jobs.start(CommitRequest.of("disk0"))))
                    .hasMessageContaining(
                            "a commit of disk disk0 would write in plain text what secret holds encrypted");
            // What is plain may be encrypted.
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
        }
    }

    @Test
    void refusesToPullEncryptedDataIntoAPlainLayer() {
        try (TestVm vm = vm(nodes -> {
            Path base = encrypted(nodes, "secret.img", "qcow2");
            node(nodes, "secret", "qcow2", base, "");
            nodes.at(
                    "plain",
                    "secret",
                    nodes.images().create("plain.qcow2", "qcow2", SIZE).toString());
            nodes.disk("disk0", "plain");
        })) {
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("disk0"))))
                    .hasMessageContaining("a pull of disk disk0 would write in plain text what secret holds encrypted");
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withSettings(ALLOWED));
            assertThat(outcome.completed()).isTrue();
            assertThat(outcome.plainText()).isTrue();
        }
    }

    private static void inside(Nodes nodes, String name, String format, Path secret) {
        nodes.options.add(
                "{\"driver\":\"%s\",\"node-name\":\"%s\",\"file\":{\"driver\":\"luks\",\"key-secret\":\"s\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}}"
                        .formatted(format, name, secret));
    }

    /** It is the image below that is encrypted, so QEMU calls the disk itself plain. */
    @Test
    void refusesToCopyADiskWhoseBytesLieInAnEncryptedImage() {
        try (TestVm vm = vm(nodes -> {
            inside(nodes, "outer", "raw", encrypted(nodes, "secret.img", "luks"));
            nodes.disk("disk0", "outer");
            inside(nodes, "target", "raw", encrypted(nodes, "target.img", "luks"));
        })) {
            assertThat(ScriptedVm.failure(vm.jobs.start(copy(vm))))
                    .hasMessageContaining("a copy of disk disk0 would write in plain text what outer holds encrypted");
            assertThat(vm.path("copy.raw")).doesNotExist();
            JobOutcome outcome = vm.run(
                    CopyRequest.of("disk0", new CopyTarget.Node("target")).withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.plainText()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"luks\",\"key-secret\":\"s\"}}', true",
        "'json:{\"driver\":\"raw\",\"file\":{\"driver\":\"throttle\",\"file\":{\"driver\":\"luks\"}}}', true",
        "'json:{\"driver\":\"raw\",\"file\":{\"driver\":\"qcow2\",\"encrypt.key-secret\":\"s\",\"file\":{}}}', true",
        "'json:{\"driver\":\"qcow2\",\"backing\":{\"driver\":\"luks\"},\"file\":{\"driver\":\"file\"}}', false",
        "'json:{\"driver\":\"raw\",\"file\":{\"driver\":\"rbd\",\"key-secret\":\"s\"}}', false",
        "'json:{\"driver\":\"raw\",\"file\":{\"dri', false",
        "/luks, false"
    })
    void tellsByItsNameWhatLiesInAnEncryptedImage(String file, boolean inside) {
        assertThat(new FileName(file).isInsideEncrypted()).isEqualTo(inside);
    }
}
