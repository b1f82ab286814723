package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backing string of 1024 bytes in a commit kills every QEMU; 1023 are written. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LongNameTest {
    /** A VM whose lowest image has a path of so many bytes. */
    private static TestVm withPathOf(int bytes) {
        return TestVm.start(nodes -> {
            nodes.at("base", null, longPath(nodes.path("base"), bytes));
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    private static String longPath(String base, int bytes) {
        StringBuilder path = new StringBuilder(base).append(".d");
        String name = "/b.qcow2";
        while (path.length() + name.length() < bytes) {
            int room = bytes - path.length() - name.length() - 1;
            path.append('/').append("d".repeat(room <= 200 ? room : 100));
        }
        Path file = Path.of(path + name);
        try {
            Files.createDirectories(file.getParent());
            Files.createLink(file, Path.of(base));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(file.toString()).hasSize(bytes);
        return file.toString();
    }

    @Test
    void refusesABackingStringThatWouldKillQemu() {
        try (TestVm vm = withPathOf(1024)) {
            for (BlockJobRequest request : List.of(
                    CommitRequest.of("disk0").withTop("snap2").withBase("base"),
                    PullRequest.of("disk0").withBase("base"))) {
                assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("has 1024 bytes");
            }
            vm.assertNoJobsLeft();
            assertThat(vm.qemu.oracle().events())
                    .noneMatch(event -> event.path("event").asText().equals("JOB_STATUS_CHANGE"));
        }
    }

    @Test
    void writesABackingStringThatJustFits() {
        try (TestVm vm = withPathOf(1023)) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(vm.images
                            .info(vm.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .hasSize(1023);
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
