package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A commit that deletes what it released, and nothing else; qemu-img and the second monitor are the witnesses. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class DeleteTest {
    private static final CommitRequest MIDDLE =
            CommitRequest.of("disk0").withTop("snap2").withDeletesReleased(true);

    private static List<String> files(TestVm vm) {
        try (Stream<Path> files = Files.list(Path.of(vm.folderName()))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> nodes(TestVm vm) {
        return StreamSupport.stream(vm.ask("query-named-block-nodes").spliterator(), false)
                .map(node -> node.path("node-name").asText())
                .filter(name -> !name.startsWith("#"))
                .sorted()
                .toList();
    }

    /** Opens the monitor anew, with access to the files. */
    private static <T extends @Nullable Object> T withFiles(
            TestVm vm, FileAccess files, java.util.function.Function<BlockJobs, T> action) {
        vm.jobs.close();
        vm.client.close();
        try (QmpClient client =
                        TestVm.get(QmpClient.connect(new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.defaults()));
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withFiles(files))) {
            return action.apply(jobs);
        }
    }

    private static JobOutcome run(BlockJobs jobs, CommitRequest request) {
        return TestVm.get(TestVm.get(jobs.start(request)).outcome());
    }

    @Test
    void deletesTheImagesAndNodesThatAnIntermediateCommitReleased() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = withFiles(vm, FileAccess.local(), jobs -> run(jobs, MIDDLE));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(files(vm)).containsExactly("active.qcow2", "base.qcow2", "before.raw");
            assertThat(nodes(vm)).containsExactly("active", "base");
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "base.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void deletesTheOverlayAfterAPivot() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = withFiles(
                    vm,
                    FileAccess.local(),
                    jobs -> run(
                            jobs,
                            CommitRequest.of("disk0")
                                    .withBase("snap1")
                                    .withWhenReady(WhenReady.PIVOT)
                                    .withDeletesReleased(true)));

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(files(vm)).containsExactly("base.qcow2", "before.raw", "snap1.qcow2");
            vm.assertUnchanged(vm.image("snap1"));
        }
    }

    /** QEMU made the nodes below the drive itself, and lets go of them by itself. */
    @Test
    void deletesWhatADriveHasReleased() {
        try (TestVm vm = TestVm.start(nodes -> {}, builder -> builder.arguments(
                        "-drive", "if=none,id=drive0,format=qcow2,file=active.qcow2,file.locking=on")
                .device("virtio-blk-pci,drive=drive0"))) {
            CommitRequest request = CommitRequest.of("drive0")
                    .withTop(vm.image("snap2").toString())
                    .withDeletesReleased(true);
            JobOutcome outcome = withFiles(vm, FileAccess.local(), jobs -> run(jobs, request));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(files(vm)).containsExactly("active.qcow2", "base.qcow2", "before.raw");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void deletesNothingWithoutAPivotNorAfterACancel() {
        try (TestVm vm = TestVm.start()) {
            List<String> before = files(vm);
            withFiles(vm, FileAccess.local(), jobs -> {
                BlockJob held = TestVm.get(jobs.start(CommitRequest.of("disk0").withDeletesReleased(true)));
                JobOutcome finished = TestVm.get(held.finishWithoutPivot());
                assertThat(finished.completed()).isTrue();
                assertThat(finished.leftovers()).isEmpty();
                BlockJob slow = TestVm.get(
                        jobs.start(MIDDLE.withSettings(JobSettings.defaults().withSpeed(1))));
                assertThat(TestVm.get(slow.cancel()).end()).isInstanceOf(JobOutcome.End.Cancelled.class);
                return null;
            });
            assertThat(files(vm)).isEqualTo(before);
            assertThat(nodes(vm)).containsExactly("active", "base", "snap1", "snap2");
        }
    }

    /** Somebody else has pivoted the job before its dirty bitmaps were merged, and now they are in these files only. */
    @Test
    void deletesNoImageWhoseDirtyBitmapsWereNotMerged() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-dirty-bitmap-add", "{\"node\":\"active\",\"name\":\"daily\",\"persistent\":true}");
            List<String> before = files(vm);
            CommitRequest request = CommitRequest.of("disk0")
                    .withDeletesReleased(true)
                    .withSettings(
                            JobSettings.defaults().withBitmaps(BitmapRule.MERGE).withJobId(new JobId("j")));
            JobOutcome outcome = withFiles(vm, FileAccess.local(), jobs -> {
                BlockJob job = TestVm.get(jobs.start(request));
                TestVm.get(job.ready());
                vm.ask("job-complete", "{\"id\":\"j\"}");
                return TestVm.get(job.outcome());
            });

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers())
                    .extracting(Leftover::kind)
                    .containsExactly(Leftover.Kind.BITMAP, Leftover.Kind.FILE, Leftover.Kind.FILE, Leftover.Kind.FILE);
            assertThat(files(vm)).isEqualTo(before);
        }
    }

    /** Its locks are all that another QEMU shows of itself. */
    @Test
    void keepsAnImageThatAnotherProcessHasOpen() throws IOException {
        try (TestVm vm = TestVm.start();
                RealQemu other = RealQemu.builder()
                        .blockdev(
                                "{\"driver\":\"qcow2\",\"node-name\":\"held\",\"read-only\":true,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                                        .formatted(vm.images.create("snap9.qcow2", "qcow2", TestVm.MIB)))
                        .start()) {
            assertThat(other.process().isAlive()).isTrue();
            String held = vm.path("snap9.qcow2").toString();
            RealFile file = FileAccess.local().look(held);
            assertThat(file.openings()).hasValue(1);
            assertThatThrownBy(() -> FileAccess.local().delete(held, file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("open as an image");
            assertThat(vm.path("snap9.qcow2")).exists();
        }
    }

    @Test
    void namesWhatWasNotDeletedAndWhy() {
        try (TestVm vm = TestVm.start()) {
            Path real = vm.image("snap2");
            JobOutcome outcome = withFiles(vm, new Stubborn(), jobs -> run(jobs, MIDDLE));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1");
            assertThat(outcome.leftovers())
                    .extracting(Leftover::name)
                    .containsExactly(real.toString(), vm.image("snap1").toString());
            assertThat(outcome.leftovers().get(0).why()).contains("it was to be deleted, but", "not this one");
            assertThat(real).exists();
        }
    }

    /** Everything of this machine, except that it deletes no image. */
    private static final class Stubborn implements FileAccess {
        private final FileAccess real = FileAccess.local();

        @Override
        public void create(String path, long bytes) throws IOException {
            real.create(path, bytes);
        }

        @Override
        public byte[] read(String path, long offset, int length) throws IOException {
            return real.read(path, offset, length);
        }

        @Override
        public String resolve(String path) throws IOException {
            return real.resolve(path);
        }

        @Override
        public RealFile look(String path) throws IOException {
            return real.look(path);
        }

        @Override
        public void delete(String path, RealFile file) throws IOException {
            if (path.endsWith(".qcow2")) {
                throw new IOException("not this one");
            }
            real.delete(path, file);
        }
    }

    /** Files that are somewhere else than QEMU's: the same names mean others. */
    @Test
    void isRefusedNamingTheFilesWhereTheFolderIsNotProvedToBeQemus() {
        try (TestVm vm = TestVm.start();
                io.github.qmp4j.testkit.TempFolder elsewhere =
                        io.github.qmp4j.testkit.TempFolder.create("qmp4j-elsewhere")) {
            List<String> before = files(vm);
            assertThat(ScriptedVm.failure(vm.jobs.start(MIDDLE)))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining(vm.image("snap2").toString())
                    .hasMessageContaining(vm.image("snap1").toString())
                    .hasMessageContaining("no access to QEMU's files");
            withFiles(vm, new Moved(elsewhere.path()), jobs -> {
                assertThat(ScriptedVm.failure(jobs.start(MIDDLE)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("is not proved to be QEMU's: QEMU does not see a file");
                return null;
            });
            assertThat(files(vm)).isEqualTo(before);
            assertThat(elsewhere.path()).isEmptyDirectory();
            assertThat(nodes(vm)).containsExactly("active", "base", "snap1", "snap2");
            vm.assertNoJobsLeft();
        }
    }

    /** Another folder in the place of each. */
    private record Moved(Path folder) implements FileAccess {
        private String moved(String path) {
            return folder.resolve(Path.of(path).getFileName()).toString();
        }

        @Override
        public void create(String path, long bytes) throws IOException {
            FileAccess.local().create(moved(path), bytes);
        }

        @Override
        public byte[] read(String path, long offset, int length) throws IOException {
            return FileAccess.local().read(moved(path), offset, length);
        }

        @Override
        public String resolve(String path) {
            return path;
        }

        @Override
        public RealFile look(String path) throws IOException {
            return FileAccess.local().look(moved(path));
        }

        @Override
        public void delete(String path, RealFile file) throws IOException {
            FileAccess.local().delete(moved(path), file);
        }
    }

    @Test
    void deletesNoLinkNoFolderAndNoOtherFile() throws IOException {
        try (io.github.qmp4j.testkit.TempFolder folder = io.github.qmp4j.testkit.TempFolder.create("qmp4j-links")) {
            Path file = Files.writeString(folder.resolve("file"), "x");
            Path link = Files.createSymbolicLink(folder.resolve("link"), file);
            FileAccess files = FileAccess.local();
            RealFile real = files.look(file.toString());
            assertThat(real).isEqualTo(new RealFile(real.id(), 1, true, OptionalInt.of(0)));
            assertThat(files.look(link.toString())).isEqualTo(new RealFile(real.id(), 1, false, OptionalInt.of(0)));
            assertThatThrownBy(() -> files.delete(link.toString(), real)).hasMessageContaining("no regular file");
            assertThatThrownBy(() -> files.delete(folder.path().toString(), real))
                    .hasMessageContaining("no regular file");
            assertThatThrownBy(() -> files.create(file.toString(), 1)).isInstanceOf(IOException.class);
            RealFile other = files.look(folder.path().toString());
            assertThatThrownBy(() -> files.delete(file.toString(), other)).hasMessageContaining("another file");
            Path second = Files.createLink(folder.resolve("second"), file);
            assertThatThrownBy(() -> files.delete(file.toString(), real)).hasMessageContaining("2 names");
            Files.delete(second);
            assertThat(file).hasContent("x");
            files.delete(file.toString(), real);
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void takesNoDeletionTogetherWithFinish() {
        assertThatThrownBy(() -> CommitRequest.of("disk0")
                        .withWhenReady(WhenReady.FINISH)
                        .withDeletesReleased(true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
