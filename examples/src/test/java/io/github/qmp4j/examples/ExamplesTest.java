package io.github.qmp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.examples.store.PostgresCluster;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each example runs as a program against a real QEMU; what it did is read from QEMU and by {@code qemu-img}. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@ExtendWith(PatientAwaiting.class)
class ExamplesTest {

    private static void assertMerged(ExampleVm vm) {
        assertThat(vm.ask("query-jobs")).isEmpty();
        vm.end();
        assertThat(vm.images.backingChain(vm.image("active")))
                .containsExactly(vm.image("active").toString(), vm.image("base").toString());
        assertThat(vm.holdsWhatTheGuestSaw(vm.image("active"))).isTrue();
    }

    private static String fileOf(ExampleVm vm, String disk) {
        for (JsonNode block : vm.ask("query-block")) {
            if (block.path("qdev").asText().contains(disk)) {
                return block.at("/inserted/file").asText();
            }
        }
        throw new AssertionError("QEMU has no disk " + disk);
    }

    @Test
    void mergeSnapshot() {
        try (ExampleVm vm = new ExampleVm()) {
            assertThat(ExampleProcess.run(MergeSnapshot.class, vm.monitor(), "disk0", "snap2", "base"))
                    .contains("no longer used: " + vm.image("snap2"), "no longer used: " + vm.image("snap1"))
                    .as("the log, with its keys")
                    .containsPattern("monitor=\\S+ qemu=\\S+ session opened")
                    .containsPattern("job=commit-\\S+ kind=commit disk=disk0 job started")
                    .containsPattern("job=commit-\\S+ kind=commit disk=disk0 job completed")
                    .contains("session closed");
            assertMerged(vm);
        }
    }

    @Test
    void moveDisk() {
        try (ExampleVm vm = new ExampleVm()) {
            String moved = vm.path("moved.qcow2").toString();
            assertThat(ExampleProcess.run(MoveDisk.class, vm.monitor(), "disk0", moved))
                    .contains("the guest writes to " + moved, "no longer used: " + vm.image("active"));
            assertThat(fileOf(vm, "disk0")).isEqualTo(moved);
            assertThat(vm.ask("query-status").path("running").asBoolean()).isTrue();
            vm.end();
            assertThat(vm.holdsWhatTheGuestSaw(vm.path("moved.qcow2"))).isTrue();
        }
    }

    @Test
    void surviveRestart() {
        try (ExampleVm vm = new ExampleVm()) {
            String store = vm.path("store").toString();
            try (ExampleProcess killed = ExampleProcess.start(SurviveRestart.class, vm.monitor(), "disk0", store, 1)) {
                killed.until("is under way");
            }
            JsonNode job = vm.ask("query-jobs").get(0);
            try (ExampleProcess next = ExampleProcess.start(SurviveRestart.class, vm.monitor(), "disk0", store, 1)) {
                next.until(job.path("id").asText() + " is under way");
                vm.ask(
                        "block-job-set-speed",
                        "{\"device\":\"%s\",\"speed\":0}"
                                .formatted(job.path("id").asText()));
                assertThat(next.end()).contains("Completed");
            }
            assertMerged(vm);
        }
    }

    @Test
    void reconcileAtBoot() {
        try (ExampleVm vm = new ExampleVm()) {
            String store = vm.path("store").toString();
            try (ExampleProcess killed = ExampleProcess.start(SurviveRestart.class, vm.monitor(), "disk0", store, 1)) {
                killed.until("is under way");
            }
            String job = vm.ask("query-jobs").get(0).path("id").asText();
            try (ExampleProcess next = ExampleProcess.start(ReconcileAtBoot.class, vm.monitor(), store)) {
                next.until("RUNNING " + job);
                vm.ask("block-job-set-speed", "{\"device\":\"%s\",\"speed\":0}".formatted(job));
                assertThat(next.end()).contains(job + ": Completed", "nothing is left to do");
            }
            assertMerged(vm);
        }
    }

    @Test
    void watchAllJobs() {
        try (ExampleVm vm = new ExampleVm();
                ExampleProcess watching = ExampleProcess.start(WatchAllJobs.class, vm.monitor())) {
            watching.until("watching; there are 0 jobs");
            vm.ask("block-stream", "{\"device\":\"active\",\"job-id\":\"foreign\",\"auto-dismiss\":true}");
            watching.until("foreign PULL");
            await().until(() -> vm.ask("query-jobs").isEmpty());
            watching.until("foreign PULL CONCLUDED");
            watching.end();
            assertThat(watching.exitStatus()).isZero();
        }
    }

    @Test
    void severalDisks() {
        try (ExampleVm vm = new ExampleVm()) {
            String folder = vm.path("").toString();
            assertThat(ExampleProcess.run(SeveralDisks.class, vm.monitor(), folder, "disk0", "disk1"))
                    .containsSubsequence("Completed", "TARGET", "Completed", "TARGET");
            assertThat(fileOf(vm, "disk0")).isEqualTo(vm.path("disk0.qcow2").toString());
            assertThat(fileOf(vm, "disk1")).isEqualTo(vm.path("disk1.qcow2").toString());
            vm.end();
            assertThat(vm.holdsWhatTheGuestSaw(vm.path("disk0.qcow2"))).isTrue();
            assertThat(vm.images.identical(vm.image("other"), "qcow2", vm.path("disk1.qcow2"), "qcow2"))
                    .isTrue();
        }
    }

    @Test
    void offlineMerge() {
        try (ExampleVm vm = new ExampleVm()) {
            vm.end();
            // The overlay of two images alone, with a comma in its name.
            vm.images.overlay("a,b.qcow2", vm.image("other"), "qcow2");
            vm.images.write(vm.path("a,b.qcow2"), "qcow2", 5, 0, 1 << 16);
            assertThat(ExampleProcess.run(OfflineMerge.class, vm.image("other"), vm.path("a,b.qcow2")))
                    .contains("merged into " + vm.image("other"));
            assertThat(vm.images.holds(vm.image("other"), "qcow2", 5, 0, 1 << 16))
                    .isTrue();
            assertThat(vm.images.holds(vm.image("other"), "qcow2", 9, 1 << 16, 1 << 16))
                    .isTrue();
        }
    }

    @Test
    void rawQmp() {
        try (ExampleVm vm = new ExampleVm()) {
            assertThat(ExampleProcess.run(RawQmp.class, vm.monitor()))
                    .contains(
                            "QEMU ",
                            "the guest is running",
                            "drive-mirror takes copy-mode: true",
                            "stopped, and resumed");
            assertThat(vm.ask("query-status").path("running").asBoolean()).isTrue();
        }
    }

    @Test
    void metrics() {
        try (ExampleVm vm = new ExampleVm()) {
            assertThat(ExampleProcess.run(Metrics.class, vm.monitor()))
                    .contains("qmp.connections", "query-status", "query-jobs");
        }
    }

    @Test
    void jobsInDatabase() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start();
                ExampleVm vm = new ExampleVm()) {
            String url = "%s&user=%s&password=%s"
                    .formatted(
                            cluster.database().getUrl(),
                            cluster.database().getUser(),
                            cluster.database().getPassword());
            assertThat(ExampleProcess.run(JobsInDatabase.class, vm.monitor(), "disk0", url, "host1"))
                    .contains("Completed", "the table says: CLEANED");
            vm.end();
            assertThat(vm.images.backingChain(vm.image("active")))
                    .containsExactly(vm.image("active").toString());
            assertThat(vm.holdsWhatTheGuestSaw(vm.image("active"))).isTrue();
        }
    }

    @Test
    void smallCtl() {
        try (ExampleVm vm = new ExampleVm()) {
            assertThat(ExampleProcess.run(SmallCtl.class, vm.monitor(), "disks"))
                    .contains("disk0", "snap1");
            assertThat(ExampleProcess.run(SmallCtl.class, vm.monitor(), "jobs")).doesNotContain("JobInfo");
            assertThat(ExampleProcess.run(SmallCtl.class, vm.monitor(), "commit", "disk0", "snap2", "base"))
                    .contains("no longer used: " + vm.image("snap2"));
            try (ExampleProcess wrong = ExampleProcess.start(SmallCtl.class, vm.monitor(), "cancel", "none")) {
                assertThat(wrong.end()).contains("QEMU has no job none").doesNotContain("Exception");
                assertThat(wrong.exitStatus()).isEqualTo(1);
            }
            assertMerged(vm);
        }
    }
}
