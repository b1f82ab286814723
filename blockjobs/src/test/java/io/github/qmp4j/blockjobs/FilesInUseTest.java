package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the graph shows to be released may be in use by a name that the graph cannot compare, or by another process. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FilesInUseTest {
    private static final String READ_ONLY =
            "{\"driver\":\"qcow2\",\"node-name\":\"twin\",\"read-only\":true,\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}";

    enum Link {
        SYMBOLIC,
        FOLDER,
        HARD;

        Path to(Path image) {
            Path beside = image.resolveSibling("link");
            try {
                return switch (this) {
                    case SYMBOLIC -> Files.createSymbolicLink(beside, image);
                    case FOLDER ->
                        Files.createSymbolicLink(beside, Path.of(".")).resolve(image.getFileName());
                    case HARD -> Files.createLink(beside, image);
                };
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void chain(Nodes nodes) {
        nodes.readOnly("base", null);
        nodes.readOnly("snap1", "base");
        nodes.readOnly("snap2", "snap1");
        nodes.qcow2("active", "snap2");
    }

    private static JobOutcome pulled(TestVm vm) {
        try (BlockJobs jobs = BlockJobs.of(vm.client, BlockJobOptions.defaults().withFiles(FileAccess.local()))) {
            JobOutcome outcome = get(get(jobs.start(PullRequest.of("disk0"))).outcome());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            return outcome;
        }
    }

    @ParameterizedTest
    @EnumSource
    void releasesNoImageThatThisQemuHasOpenThroughALink(Link link) {
        try (TestVm vm = TestVm.start(nodes -> {
            chain(nodes);
            nodes.options.add(READ_ONLY.formatted(link.to(Path.of(nodes.path("snap1")))));
        })) {
            assertThat(pulled(vm).released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }

    @Test
    void releasesNoImageThatAnotherProcessHasOpen() {
        try (TestVm vm = TestVm.start(FilesInUseTest::chain);
                RealQemu other = RealQemu.builder()
                        .blockdev(READ_ONLY.formatted(vm.image("snap1")))
                        .start()) {
            assertThat(other.process().isAlive()).isTrue();
            assertThat(pulled(vm).released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }

    @Test
    void saysThatFilesWereCheckedWhereNothingElseUsesThem() {
        try (TestVm vm = TestVm.start(FilesInUseTest::chain)) {
            JobOutcome outcome = pulled(vm);
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1", "base");
            assertThat(outcome.filesChecked()).isTrue();
        }
    }

    @Test
    void saysSoOfADriveTooWhoseNodesAreGone() {
        try (TestVm vm = TestVm.start(
                nodes -> {}, builder -> builder.arguments("-drive", "if=none,id=disk0,format=qcow2,file=active.qcow2")
                        .device("virtio-blk-pci,drive=disk0"))) {
            JobOutcome outcome = pulled(vm);
            assertThat(outcome.released()).hasSize(3);
            assertThat(outcome.filesChecked()).isTrue();
        }
    }

    /** Nothing but the graph is known then. */
    @Test
    void saysThatNoFilesWereCheckedWithoutAccessToThem() {
        try (TestVm vm = TestVm.start(FilesInUseTest::chain)) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));
            assertThat(outcome.released()).hasSize(3);
            assertThat(outcome.filesChecked()).isFalse();
        }
    }

    /** A twin without locks leaves it open whose the one lock is. */
    @Test
    void saysThatNoFilesWereCheckedWhereQemuTakesNoLocks() {
        try (TestVm vm = TestVm.start(nodes -> {
            chain(nodes);
            nodes.options.replaceAll(
                    options -> options.replace("\"driver\":\"file\"", "\"driver\":\"file\",\"locking\":\"off\""));
        })) {
            JobOutcome outcome = pulled(vm);
            assertThat(outcome.filesChecked()).isFalse();
        }
    }
}
