package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.RawMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code qmpctl doctor} on a real QEMU that the second monitor brings into each state. */
@Timeout(300)
class DoctorTest {
    private final Vm vm = new Vm();

    @AfterEach
    void end() {
        vm.close();
    }

    @Test
    void aQemuThatIsWellHasNothingToFind() {
        vm.disk(1);
        Ended ended = vm.qmpctl("doctor").with(0).withSilentErr();
        assertThat(ended.out().lines()).hasSize(5).allMatch(line -> line.startsWith("ok    "));
        assertThat(ended.out())
                .containsPattern("monitor +unix:" + vm.qemu.monitor() + " answers in [0-9.]+ ms")
                .containsPattern("QEMU +" + version() + ".*, guest prelaunch")
                .containsPattern("features +\\d+ commands, \\d+ events; can: .*reopen")
                .containsPattern("jobs +none")
                .containsPattern("nodes +all are used")
                .doesNotContain("\033");
        assertThat(vm.qmpctl("-o", "json", "doctor").with(0).lines("finding"))
                .extracting(line -> line.path("subject").asText())
                .containsExactly("monitor", "QEMU", "features", "jobs", "nodes");
    }

    @Test
    void aJobThatHasEndedIsNamedWithWhatCollectsIt() {
        ChainedDisk disk = vm.disk(1);
        vm.ask("block-stream", """
                {"job-id":"old","device":"%s","auto-dismiss":false}""".formatted(disk.node("active")));
        Awaitility.await().until(() -> vm.onlyJob().path("status").asText().equals("concluded"));
        Ended ended = vm.qmpctl("-o", "json", "doctor").with(8).withSilentErr();
        JsonNode job = one(ended.lines(), "job");
        assertThat(job.path("level").asText()).isEqualTo("warn");
        assertThat(job.path("text").asText()).contains("old (pull) has ended");
        assertThat(job.path("advice").asText()).isEqualTo("qmpctl --socket " + vm.qemu.monitor() + " wait old");
        assertThat(one(ended.lines(), "nodes").path("text").asText()).contains("not checked");
        // The advice does what it says.
        vm.qmpctl("wait", "old").with(0);
        vm.assertNoJobs();
        vm.qmpctl("doctor").with(8);
    }

    @Test
    void aJobThatWaitsForSomebodyIsNoFaultButWorthKnowing() {
        ChainedDisk disk = vm.disk(1);
        vm.qmpctl("commit", disk.name(), "--shallow", "--job-id", "r1").with(0);
        assertThat(vm.qmpctl("doctor").with(0).out())
                .containsPattern(
                        "(?m)^note +job +r1 \\(commit\\) is ready.*; qmpctl .* pivot r1, or finish, or cancel$");
        vm.qmpctl("cancel", "r1").with(4);
    }

    @Test
    void aNodeThatNobodyUsesIsNamedWithWhatRemovesIt() {
        vm.disk(1);
        Path image = vm.images.create("lone.qcow2", "qcow2", Vm.MIB);
        vm.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"lone","file":{"driver":"file","filename":"%s"}}""".formatted(image));
        Ended ended = vm.qmpctl("-o", "json", "doctor").with(8).withSilentErr();
        JsonNode node = one(ended.lines(), "node");
        assertThat(node.path("text").asText()).isEqualTo("nothing uses lone");
        assertThat(node.path("advice").asText()).endsWith(" clean");
        vm.qmpctl("clean").with(0);
        vm.qmpctl("doctor").with(0);
    }

    @Test
    void whoHoldsTheMonitorIsSaid() {
        try (RawMonitor holder = RawMonitor.connect(vm.qemu.monitor(), Duration.ofSeconds(10))) {
            Ended ended = vm.qmpctl("--timeout", "500ms", "doctor").with(3).withSilentErr();
            assertThat(ended.out().lines()).hasSize(1);
            assertThat(ended.out()).startsWith("fail  monitor").contains("busy");
            if (TerminalTest.isThere("ss")) {
                assertThat(ended.out())
                        .contains("held by ", "(pid " + ProcessHandle.current().pid() + ")");
            }
            assertThat(holder.execute("query-jobs")).isEmpty();
        }
    }

    @Test
    void aMonitorThatIsNotThereIsAFindingToo() {
        Ended ended = Child.run("--socket", vm.path("none").toString(), "-o", "json", "doctor")
                .with(3)
                .withSilentErr();
        assertThat(one(ended.lines(), "monitor").path("level").asText()).isEqualTo("fail");
        assertThat(ended.out()).contains("no such file");
    }

    private String version() {
        JsonNode version = vm.ask("query-version").path("qemu");
        return "%d\\.%d\\.%d"
                .formatted(
                        version.path("major").asInt(),
                        version.path("minor").asInt(),
                        version.path("micro").asInt());
    }

    private static JsonNode one(List<JsonNode> lines, String subject) {
        List<JsonNode> found = lines.stream()
                .filter(line -> line.path("subject").asText().equals(subject))
                .toList();
        assertThat(found).as("findings on %s in %s", subject, lines).hasSize(1);
        return found.get(0);
    }
}
