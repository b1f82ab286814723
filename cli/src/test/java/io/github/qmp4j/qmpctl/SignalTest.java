package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ctrl-C and the other signals, during jobs that would take a quarter of an hour. */
@Timeout(300)
class SignalTest {
    private static final String SLOW = "16K";
    private static Vm vm;
    private static ChainedDisk disk;

    @BeforeAll
    static void start() {
        vm = new Vm();
        disk = vm.disk();
    }

    @AfterAll
    static void end() {
        vm.close();
    }

    @AfterEach
    void noJobIsLeft() {
        vm.assertNoJobs();
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void theFirstCtrlCCancelsTheJobAndSaysSo() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW)) {
            Ended ended = child.awaitOut(": running").signal("INT").ended().with(4);
            assertThat(ended.out()).contains("cancelling pull-" + disk.name(), "again: leave it running");
            ended.withOneError(": cancelled$");
        }
    }

    @Test
    void sigtermIsLikeCtrlC() {
        try (Child child = vm.start("-o", "json", "commit", disk.name(), "--shallow", "--pivot", "--speed", SLOW)) {
            Ended ended = child.awaitOut("\"running\"").signal("TERM").ended().with(4);
            assertThat(ended.result().path("outcome").asText()).isEqualTo("cancelled");
            assertThat(ended.result().path("pivoted").asBoolean()).isFalse();
        }
    }

    @Test
    void ctrlCCancelsAllJobsOfTheCall() {
        ChainedDisk other = vm.disk(1);
        try (Child child = vm.start("pull", disk.name(), other.name(), "--speed", SLOW)) {
            child.awaitOut("-" + disk.name() + "-\\w+: running").awaitOut("-" + other.name() + "-\\w+: running");
            Ended ended = child.signal("INT").ended().with(4);
            assertThat(ended.err().lines()).hasSize(2).allMatch(line -> line.endsWith(": cancelled"));
        }
    }

    @Test
    void aSecondCtrlCStopsWatchingWhenTheCancelDoesNotGetThrough() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW)) {
            child.awaitOut(": running");
            vm.qemu.freeze();
            try {
                child.signal("INT").awaitOut("cancelling").signal("INT");
                Ended ended = child.ended().with(130).withOneError("left running: .*the cancel was sent");
                assertThat(ended.out())
                        .contains("; attach again with: qmpctl --socket " + vm.qemu.monitor() + " wait ");
            } finally {
                vm.qemu.thaw();
            }
        }
        // The cancel was sent before, and takes effect when QEMU runs; the job must still be collected.
        String id = vm.onlyJob().path("id").asText();
        vm.qmpctl("cancel", id).with(4);
    }

    @Test
    void sighupLeavesTheJobRunning() {
        assertLeftRunning("HUP", "pull", disk.name(), "--speed", SLOW);
    }

    @Test
    void ctrlCLeavesTheJobRunningWhenAskedTo() {
        assertLeftRunning("INT", "pull", disk.name(), "--speed", SLOW, "--on-interrupt", "leave");
    }

    @Test
    void waitNeverCancels() {
        vm.qmpctl("pull", disk.name(), "--speed", SLOW, "--detach", "--job-id", "w1")
                .with(0);
        assertLeftRunning("INT", "wait", "w1");
    }

    @Test
    void aJobThatSomebodyElseCancelsIsExitCode4() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW, "--job-id", "e1")) {
            child.awaitOut(": running");
            vm.ask("job-cancel", "{\"id\":\"e1\"}");
            child.ended().with(4).withOneError("e1: cancelled$");
        }
    }

    @Test
    void sigusr1PrintsOneLine() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW, "--job-id", "u1")) {
            child.awaitOut("u1: running").signal("USR1").awaitOut("(?s)u1: running.*u1: running.*\\n");
            Ended ended = child.signal("INT").ended().with(4);
            assertThat(ended.out().lines().filter(line -> line.startsWith("u1: running")))
                    .hasSize(2);
        }
    }

    @Test
    void aQemuThatDiesLeavesTheOutcomeUnknown() {
        try (Vm doomed = new Vm()) {
            ChainedDisk lost = doomed.disk(1);
            try (Child child = doomed.start("-o", "json", "pull", lost.name(), "--speed", SLOW)) {
                child.awaitOut("\"running\"");
                doomed.qemu.kill();
                Ended ended = child.ended().with(6).withOneError("unknown");
                assertThat(ended.result().path("outcome").asText()).isEqualTo("unknown");
                assertThat(ended.result().path("pivoted").isNull()).isTrue();
                assertThat(ended.result().path("error").asText()).isNotEmpty();
            }
        }
    }

    private static void assertLeftRunning(String signal, String... arguments) {
        try (Child child = vm.start(arguments)) {
            Ended ended =
                    child.awaitOut(": running").signal(signal).ended().with(130).withOneError("left running");
            assertThat(ended.out()).contains("waits in PENDING at its end, and keeps its chain; attach again with: ");
        }
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
        vm.qmpctl("cancel", vm.onlyJob().path("id").asText()).with(4);
    }
}
