package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code qmpctl clean} removes the nodes that other programs have left. */
@Timeout(600)
class CleanTest {
    private final Vm vm = new Vm();

    @AfterEach
    void end() {
        vm.close();
    }

    /** The old active layer stays above the new one, so that QEMU refuses the next copy. */
    private void commitAsAnotherProgram() {
        vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active1\",\"base-node\":\"snap11\"}");
        await().until(() -> vm.onlyJob().path("status").asText().equals("ready"));
        vm.ask("job-complete", "{\"id\":\"theirs\"}");
        await().until(() -> vm.ask("query-jobs").isEmpty());
        assertThat(vm.nodeNames()).contains("active1", "snap21");
    }

    @Test
    void removesWhatStandsAboveADiskSoThatACopyWorks() {
        vm.disk(1);
        commitAsAnotherProgram();
        String target = vm.path("copy.qcow2").toString();
        vm.qmpctl("copy", "disk1", target, "--format", "qcow2").with(1);
        assertThat(vm.qmpctl("clean", "disk1", "--dry-run").with(0).out()).isEqualTo("active1: unused\n");
        assertThat(vm.nodeNames()).contains("active1", "snap21");
        assertThat(vm.qmpctl("clean", "disk1").with(0).out()).isEqualTo("active1: removed\nsnap21: removed\n");
        assertThat(vm.nodeNames()).doesNotContain("active1", "snap21").contains("snap11", "base1");
        vm.qmpctl("copy", "disk1", target, "--format", "qcow2", "--pivot").with(0);
    }

    @Test
    void leavesWhatStandsElsewhereWhereADiskIsNamed() {
        vm.disk(1);
        vm.ask("blockdev-add", "{\"driver\":\"null-co\",\"node-name\":\"lone\"}");
        vm.qmpctl("clean", "disk1").with(0);
        assertThat(vm.nodeNames()).contains("lone");
        assertThat(vm.qmpctl("-o", "json", "clean").with(0).out())
                .isEqualTo("{\"type\":\"removed\",\"node\":\"lone\"}\n");
        assertThat(vm.nodeNames()).doesNotContain("lone");
        assertThat(vm.qmpctl("clean").with(0).out()).contains("nothing to remove");
    }

    /** Each disk of a QEMU without a guest device looks unused. */
    @Test
    void asksForADiskWhereNoGuestDeviceShowsWhatIsUsed() {
        vm.ask("blockdev-add", "{\"driver\":\"null-co\",\"node-name\":\"lone\"}");
        vm.qmpctl("clean").with(1).withOneError("no guest devices");
        assertThat(vm.nodeNames()).contains("lone");
    }
}
