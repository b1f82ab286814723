package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.WireTrace;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** QEMU opens no image that names what it must not, made by qemu-img and by hand. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ImageRulesTest {
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private TestVm vm;

    @BeforeEach
    void start() {
        vm = TestVm.start();
        vm.jobs.close();
        vm.client.close();
    }

    @AfterEach
    void end() {
        vm.close();
    }

    /** The jobs of the same monitor by these rules, with a trace of what goes to QEMU. */
    private void withRules(ImageRules rules, FileAccess files, Consumer<BlockJobs> action) {
        QmpOptions traced = QmpOptions.defaults().withTrace((time, way, connection, json) -> {
            if (way == WireTrace.Direction.SENT) {
                sent.add(json);
            }
        });
        try (QmpClient client = TestVm.get(QmpClient.connect(new QmpAddress.Unix(vm.qemu.monitor()), traced));
                BlockJobs jobs = BlockJobs.of(
                        client, BlockJobOptions.defaults().withFiles(files).withRules(rules))) {
            action.accept(jobs);
        }
    }

    private ImageRules rules() {
        return ImageRules.of(List.of(vm.folderName()), "qcow2", "raw", "file");
    }

    private CopyRequest onto(String name, String format) {
        return CopyRequest.of("disk0", vm.path(name).toString(), format).withReuseExternal(true);
    }

    /** The copy is refused, and the name of the target was never sent. */
    private void assertRefused(CopyRequest request, String... words) {
        withRules(rules(), FileAccess.local(), jobs -> assertRefused(jobs, request, words));
    }

    private void assertRefused(BlockJobs jobs, CopyRequest request, String... words) {
        String target = ((CopyTarget.File) request.target()).path();
        sent.clear();
        Throwable failure = ScriptedVm.failure(jobs.start(request));
        assertThat(failure).isInstanceOf(BlockChainException.class).hasMessageContainingAll(words);
        assertThat(sent).isNotEmpty().noneMatch(line -> line.contains('"' + target + '"'));
        assertThat(vm.ask("query-jobs")).isEmpty();
    }

    private void qemuImg(String... arguments) {
        try {
            List<String> all = new ArrayList<>(List.of("qemu-img"));
            all.addAll(List.of(arguments));
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void overlay(String name, String backing, String backingFormat) {
        qemuImg(
                "create",
                "-q",
                "-u",
                "-f",
                "qcow2",
                "-b",
                backing,
                "-F",
                backingFormat,
                vm.path(name).toString(),
                "64M");
    }

    /** Replaces one text of a file by another of the same length. */
    private void patch(String name, String text, String by) throws IOException {
        assertThat(by).hasSameSizeAs(text);
        byte[] bytes = Files.readAllBytes(vm.path(name));
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(all).contains(text);
        Files.write(vm.path(name), all.replace(text, by).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void takesATargetWhoseWholeChainLiesWhereItMay() {
        overlay("copy.qcow2", vm.image("snap2").toString(), "qcow2");
        withRules(rules(), FileAccess.local(), jobs -> {
            JobOutcome outcome =
                    TestVm.get(TestVm.get(jobs.start(onto("copy.qcow2", "qcow2").withExtent(CopyExtent.TOP)))
                            .pivot());
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        });
        assertThat(vm.path(".")).isDirectoryNotContaining("glob:**/.qmp4j-*");
        vm.assertUnchanged(vm.path("copy.qcow2"));
    }

    @Test
    void takesARawTargetAndANewOne() {
        vm.images.create("copy.raw", "raw", TestVm.SIZE);
        withRules(rules(), FileAccess.local(), jobs -> {
            assertThat(TestVm.get(TestVm.get(jobs.start(onto("copy.raw", "raw")))
                                    .finishWithoutPivot())
                            .completed())
                    .isTrue();
            CopyRequest fresh = CopyRequest.of("disk0", vm.path("new.qcow2").toString(), "qcow2");
            assertThat(TestVm.get(TestVm.get(jobs.start(fresh)).finishWithoutPivot())
                            .completed())
                    .isTrue();
        });
    }

    @Test
    void refusesABackingFileElsewhere() {
        overlay("copy.qcow2", "/etc/passwd", "raw");
        assertRefused(onto("copy.qcow2", "qcow2"), "the backing file of", "'/etc/passwd' lies in none of the folders");
        overlay("up.qcow2", "../../etc/passwd", "raw");
        assertRefused(onto("up.qcow2", "qcow2"), "etc/passwd' lies in none of the folders");
    }

    @Test
    void refusesABackingFileElsewhereFurtherDown() {
        overlay("lower.qcow2", "/etc/passwd", "raw");
        overlay("middle.qcow2", "lower.qcow2", "qcow2");
        overlay("copy.qcow2", vm.path("middle.qcow2").toString(), "qcow2");
        assertRefused(onto("copy.qcow2", "qcow2"), "the backing file of", "lower.qcow2", "'/etc/passwd' lies in none");
    }

    @Test
    void refusesABackingFileThatIsNoPath() {
        overlay("json.qcow2", "json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}", "raw");
        assertRefused(onto("json.qcow2", "qcow2"), "json:", "which is no path");
        overlay("nbd.qcow2", "nbd://127.0.0.1:1/x", "raw");
        assertRefused(onto("nbd.qcow2", "qcow2"), "nbd://127.0.0.1:1/x", "which is no path");
        overlay("nested.qcow2", "blkdebug::nbd:unix:/x", "raw");
        assertRefused(onto("nested.qcow2", "qcow2"), "which is no path");
    }

    @Test
    void refusesABackingFileOfADriverThatMayNotBeUsedOrCannotBeRead() {
        overlay("format.qcow2", vm.path("x.vmdk").toString(), "vmdk");
        assertRefused(onto("format.qcow2", "qcow2"), "needs the driver vmdk, which images may not use");
        vm.images.create("x.vmdk", "vmdk", TestVm.SIZE);
        ImageRules wide = ImageRules.of(List.of(vm.folderName()), "qcow2", "raw", "file", "vmdk");
        withRules(wide, FileAccess.local(), jobs -> {
            assertRefused(jobs, onto("format.qcow2", "qcow2"), "has a header of vmdk, which cannot be read");
            assertRefused(jobs, onto("x.vmdk", "vmdk"), "has a header of vmdk, which cannot be read");
        });
    }

    @Test
    void refusesABackingFileWhoseFormatQemuWouldGuess() throws IOException {
        overlay("copy.qcow2", vm.image("snap2").toString(), "qcow2");
        byte[] bytes = Files.readAllBytes(vm.path("copy.qcow2"));
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int format = all.indexOf("\u00e2y*\u00ca");
        assertThat(format).isPositive();
        // An extension that nobody knows is passed over.
        bytes[format] = 1;
        Files.write(vm.path("copy.qcow2"), bytes);
        assertRefused(onto("copy.qcow2", "qcow2"), "does not tell the format of its backing file");
    }

    /** CVE-2024-4467: even a look at the image opens what its data file names. */
    @Test
    void refusesADataFileThatIsNoPathOrElsewhere() throws IOException {
        String data = vm.path("data-file-of-a-name-that-is-long-enough-to-be-replaced.raw")
                .toString();
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + data,
                vm.path("copy.qcow2").toString(),
                "64M");
        String json = "json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"";
        patch("copy.qcow2", data, json + " ".repeat(data.length() - json.length() - 1) + "}");
        assertRefused(onto("copy.qcow2", "qcow2"), "names its data file 'json:", "no absolute path");

        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + data,
                vm.path("other.qcow2").toString(),
                "64M");
        String elsewhere = "/etc/" + "x".repeat(data.length() - 5);
        patch("other.qcow2", data, elsewhere);
        assertRefused(onto("other.qcow2", "qcow2"), "the data file of", elsewhere + "' lies in none of the folders");
    }

    @Test
    void refusesImagesThatNameEachOther() {
        overlay("one.qcow2", vm.path("two.qcow2").toString(), "qcow2");
        overlay("two.qcow2", vm.path("one.qcow2").toString(), "qcow2");
        assertRefused(onto("one.qcow2", "qcow2"), "names itself through other images");
    }

    @Test
    void refusesALinkAndWhatIsNoImage() throws IOException {
        Files.createSymbolicLink(vm.path("link"), Path.of("/etc/passwd"));
        assertRefused(onto("link", "raw"), "is behind a symbolic link");
        Files.writeString(vm.path("text"), "this is no image");
        assertRefused(onto("text", "qcow2"), "is no qcow2 image");
        Files.write(vm.path("short"), new byte[] {0x51, 0x46, 0x49, (byte) 0xfb, 0, 0, 0, 3});
        assertRefused(onto("short", "qcow2"), "ends within its header");
        assertRefused(onto("missing", "raw"), "cannot be read");
    }

    @Test
    void refusesATargetElsewhereAndADriverThatMayNotBeUsed() {
        assertRefused(CopyRequest.of("disk0", "/var/tmp/copy.qcow2", "qcow2"), "the target", "none of the folders");
        assertRefused(
                CopyRequest.of("disk0", vm.folderName() + "/../copy.qcow2", "qcow2"),
                "the target",
                "none of the folders");
        assertRefused(CopyRequest.of("disk0", vm.path("x.vdi").toString(), "vdi"), "needs the driver vdi");
        withRules(ImageRules.of(List.of("/dev"), "raw", "qcow2"), FileAccess.local(), jobs -> assertThat(
                        ScriptedVm.failure(
                                jobs.start(CopyRequest.of("disk0", new CopyTarget.BlockDevice("/dev/loop9", "qcow2")))))
                .hasMessageContaining("needs the driver host_device"));
        withRules(ImageRules.of(List.of("/dev"), "qcow2", "host_device"), FileAccess.local(), jobs -> assertThat(
                        ScriptedVm.failure(
                                jobs.start(CopyRequest.of("disk0", new CopyTarget.BlockDevice("/dev/loop9", "qcow2")))))
                .hasMessageContaining("copy to it as raw"));
    }

    /** What this program reads is worth nothing where it is not what QEMU would read. */
    @Test
    void refusesFilesThatAreNotProvedToBeQemus() {
        overlay("copy.qcow2", vm.image("snap2").toString(), "qcow2");
        withRules(
                rules(),
                FileAccess.none(),
                jobs -> assertRefused(jobs, onto("copy.qcow2", "qcow2"), "not proved to be QEMU's", "no access"));
    }

    @Test
    void takesWholePathsAsFoldersOnly() {
        assertThatThrownBy(() -> ImageRules.of(List.of("images"), "raw")).hasMessageContaining("no absolute path");
        assertThatThrownBy(() -> ImageRules.of(List.of("/images/"), "raw")).hasMessageContaining("no absolute path");
        assertThatThrownBy(() -> ImageRules.of(List.of("/a/../b"), "raw")).hasMessageContaining("no absolute path");
    }
}
