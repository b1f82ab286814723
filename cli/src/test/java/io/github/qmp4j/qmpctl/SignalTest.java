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
    void no_job_is_left() {
        vm.assertNoJobs();
        disk.assertChain("active", "snap2", "snap1", "base");
    }

    @Test
    void the_first_ctrl_c_cancels_the_job_and_says_so() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW)) {
            Ended ended = child.awaitOut(": running").signal("INT").ended().with(4);
            assertThat(ended.out()).contains("cancelling pull-" + disk.name(), "again: leave it running");
            ended.withOneError(": cancelled$");
        }
    }

    @Test
    void sigterm_is_like_ctrl_c() {
        try (Child child = vm.start("-o", "json", "commit", disk.name(), "--shallow", "--pivot", "--speed", SLOW)) {
            Ended ended = child.awaitOut("\"running\"").signal("TERM").ended().with(4);
            assertThat(ended.result().path("outcome").asText()).isEqualTo("cancelled");
            assertThat(ended.result().path("pivoted").asBoolean()).isFalse();
        }
    }

    @Test
    void ctrl_c_cancels_all_jobs_of_the_call() {
        ChainedDisk other = vm.disk(1);
        try (Child child = vm.start("pull", disk.name(), other.name(), "--speed", SLOW)) {
            child.awaitOut("-" + disk.name() + "-\\w+: running").awaitOut("-" + other.name() + "-\\w+: running");
            Ended ended = child.signal("INT").ended().with(4);
            assertThat(ended.err().lines()).hasSize(2).allMatch(line -> line.endsWith(": cancelled"));
        }
    }

    @Test
    void a_second_ctrl_c_stops_watching_when_the_cancel_does_not_get_through() {
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
    void sighup_leaves_the_job_running() {
        assertLeftRunning("HUP", "pull", disk.name(), "--speed", SLOW);
    }

    @Test
    void ctrl_c_leaves_the_job_running_when_asked_to() {
        assertLeftRunning("INT", "pull", disk.name(), "--speed", SLOW, "--on-interrupt", "leave");
    }

    @Test
    void wait_never_cancels() {
        vm.qmpctl("pull", disk.name(), "--speed", SLOW, "--detach", "--job-id", "w1")
                .with(0);
        assertLeftRunning("INT", "wait", "w1");
    }

    @Test
    void a_job_that_somebody_else_cancels_is_exit_code_4() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW, "--job-id", "e1")) {
            child.awaitOut(": running");
            vm.ask("job-cancel", "{\"id\":\"e1\"}");
            child.ended().with(4).withOneError("e1: cancelled$");
        }
    }

    @Test
    void sigusr1_prints_one_line() {
        try (Child child = vm.start("pull", disk.name(), "--speed", SLOW, "--job-id", "u1")) {
            child.awaitOut("u1: running").signal("USR1").awaitOut("(?s)u1: running.*u1: running.*\\n");
            Ended ended = child.signal("INT").ended().with(4);
            assertThat(ended.out().lines().filter(line -> line.startsWith("u1: running")))
                    .hasSize(2);
        }
    }

    @Test
    void a_qemu_that_dies_leaves_the_outcome_unknown() {
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
