package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stands at the path of an image need not be the image that QEMU has open, nor all that it holds be the disk's. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class DeleteProofTest {
    private static final String STRANGER = "nobody may delete this";
    private static final CommitRequest COMMIT =
            CommitRequest.of("disk0").withTop("snap2").withBase("snap1").withDeletesReleased(true);

    private interface Step {
        void take() throws IOException;
    }

    private static void take(Step step) {
        try {
            step.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The chain, with snap2 in a folder of its own. */
    private static void chain(Nodes nodes, Path snap2) {
        nodes.qcow2("base", null);
        nodes.qcow2("snap1", "base");
        nodes.at("snap2", "snap1", snap2.toString());
        nodes.qcow2("active", "snap2");
    }

    private static Path moved(Nodes nodes) {
        Path plain = Path.of(nodes.path("snap2"));
        Path there = plain.resolveSibling("sub").resolve("snap2.qcow2");
        take(() -> {
            Files.createDirectory(there.getParent());
            Files.move(plain, there);
        });
        return there;
    }

    private static TestVm inFolder() {
        return TestVm.start(nodes -> chain(nodes, moved(nodes)));
    }

    private static Path snap2(TestVm vm) {
        return vm.path("sub").resolve("snap2.qcow2");
    }

    private static void withFiles(TestVm vm, Consumer<BlockJobs> action) {
        vm.jobs.close();
        vm.client.close();
        BlockJobOptions options = BlockJobOptions.defaults().withFiles(FileAccess.local());
        try (QmpClient client = get(QmpClient.connect(new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.defaults()));
                BlockJobs jobs = BlockJobs.of(client, options)) {
            action.accept(jobs);
        }
    }

    private static void assertRefused(TestVm vm, String why) {
        List<String> chain = vm.liveChain();
        withFiles(vm, jobs -> assertThat(ScriptedVm.failure(jobs.start(COMMIT)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(snap2(vm).toString())
                .hasMessageContaining(why));
        assertThat(vm.liveChain()).isEqualTo(chain);
        vm.assertNoJobsLeft();
    }

    /** Something happens while the commit runs; the commit completes, and what is at the path stays. */
    private static Leftover keptAfter(TestVm vm, Step meanwhile) {
        Leftover[] kept = new Leftover[1];
        withFiles(vm, jobs -> {
            BlockJob job =
                    get(jobs.start(COMMIT.withSettings(JobSettings.defaults().withSpeed(1))));
            take(meanwhile);
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).hasSize(1);
            kept[0] = outcome.leftovers().get(0);
        });
        assertThat(kept[0].name()).isEqualTo(snap2(vm).toString());
        assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
        return kept[0];
    }

    private static void replace(Path image) throws IOException {
        Files.move(image, image.resolveSibling("moved.qcow2"));
        Files.writeString(image, STRANGER);
    }

    @Test
    void isRefusedWhereAnotherFileIsInThePlaceOfTheImage() {
        try (TestVm vm = inFolder()) {
            take(() -> replace(snap2(vm)));
            assertRefused(vm, "is not the file that QEMU has open");
            assertThat(snap2(vm)).hasContent(STRANGER);
        }
    }

    @Test
    void keepsAFileThatTookThePlaceOfTheImageMeanwhile() {
        try (TestVm vm = inFolder()) {
            Leftover kept = keptAfter(vm, () -> replace(snap2(vm)));
            assertThat(kept.why()).contains("it was to be deleted, but", "is not the file that QEMU has open");
            assertThat(snap2(vm)).hasContent(STRANGER);
        }
    }

    private static void makeFolderAgain(TestVm vm) throws IOException {
        Files.move(vm.path("sub"), vm.path("moved"));
        Files.createDirectory(vm.path("sub"));
        Files.writeString(snap2(vm), STRANGER);
    }

    @Test
    void isRefusedWhereTheFolderWasMadeAgain() {
        try (TestVm vm = inFolder()) {
            take(() -> makeFolderAgain(vm));
            assertRefused(vm, "is not the file that QEMU has open");
            assertThat(snap2(vm)).hasContent(STRANGER);
        }
    }

    @Test
    void keepsTheFilesOfAFolderThatWasMadeAgainMeanwhile() {
        try (TestVm vm = inFolder()) {
            keptAfter(vm, () -> makeFolderAgain(vm));
            assertThat(snap2(vm)).hasContent(STRANGER);
            assertThat(vm.path("moved").resolve("snap2.qcow2")).exists();
        }
    }

    @Test
    void isRefusedForASymbolicLink() {
        try (TestVm vm = TestVm.start(nodes -> {
            Path link = moved(nodes);
            take(() -> {
                Path real = Files.move(link, link.resolveSibling("real.qcow2"));
                Files.createSymbolicLink(link, real);
            });
            chain(nodes, link);
        })) {
            assertRefused(vm, "it is a symbolic link");
            assertThat(snap2(vm)).isSymbolicLink();
        }
    }

    @Test
    void isRefusedForAFileWithTwoNames() {
        try (TestVm vm = inFolder()) {
            take(() -> Files.createLink(vm.path("second.qcow2"), snap2(vm)));
            assertRefused(vm, "the file has 2 names");
            assertThat(snap2(vm)).exists();
        }
    }

    @Test
    void keepsAFileThatHasGotASecondName() {
        try (TestVm vm = inFolder()) {
            Leftover kept = keptAfter(vm, () -> Files.createLink(vm.path("second.qcow2"), snap2(vm)));
            assertThat(kept.why()).contains("2 names");
            assertThat(snap2(vm)).exists();
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Test
    void isRefusedForAnImageThatHoldsAnInternalSnapshot() {
        try (TestVm vm = TestVm.start(nodes -> {
            Path image = moved(nodes);
            take(() -> run("qemu-img", "snapshot", "-c", "kept", image.toString()));
            chain(nodes, image);
        })) {
            assertRefused(vm, "it holds 1 internal snapshot");
            assertThat(vm.images.info(snap2(vm), "qcow2").path("snapshots")).hasSize(1);
        }
    }

    @Test
    void isRefusedForAnImageWhoseDataAreInAnotherFile() {
        try (TestVm vm = TestVm.start(nodes -> {
            Path image = moved(nodes);
            Path data = image.resolveSibling("data.raw");
            take(() -> run(
                    "qemu-img",
                    "create",
                    "-q",
                    "-f",
                    "qcow2",
                    "-o",
                    "data_file=" + data,
                    "-b",
                    nodes.path("snap1"),
                    "-F",
                    "qcow2",
                    image.toString()));
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.options.add("""
                    {"driver":"qcow2","node-name":"snap2","backing":"snap1",
                    "file":{"driver":"file","filename":"%s"},"data-file":{"driver":"file","filename":"%s"}}""".formatted(image, data));
            nodes.qcow2("active", "snap2");
        })) {
            assertRefused(vm, "its data are in another file");
            assertThat(snap2(vm)).exists();
        }
    }
}
