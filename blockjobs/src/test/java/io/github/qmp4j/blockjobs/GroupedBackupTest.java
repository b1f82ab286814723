package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backups of two disks that somebody else has started as one transaction. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class GroupedBackupTest {
    private static final int EIO = 5;

    private static TestVm start() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
            nodes.images().create("good.qcow2", "qcow2", TestVm.SIZE);
            nodes.qcow2("good", null);
            // Far enough from its start that both can be met before.
            nodes.options.add("""
                    {"driver":"raw","node-name":"bad","file":{"driver":"blkdebug","image":{"driver":"null-co","size":%d},
                    "inject-error":[{"event":"write_aio","errno":%d,"immediately":false,"sector":%d}]}}""".formatted(TestVm.SIZE, EIO, 32 * TestVm.MIB / 512));
        });
    }

    /** The order in which the two are told differs. */
    @Test
    void tellsThatOneHasFailedAndTheOtherIsCancelledForIt() {
        try (TestVm vm = start()) {
            vm.ask("transaction", """
                    {"properties":{"completion-mode":"grouped"},"actions":[
                     {"type":"blockdev-backup","data":{"job-id":"failing","device":"active","target":"bad","sync":"full","speed":1}},
                     {"type":"blockdev-backup","data":{"job-id":"fine","device":"other","target":"good","sync":"full","speed":1}}]}""");
            BlockJob failing = TestVm.get(vm.jobs.attach(new JobId("failing"))).orElseThrow();
            BlockJob fine = TestVm.get(vm.jobs.attach(new JobId("fine"))).orElseThrow();
            TestVm.get(failing.setSpeed(0));
            TestVm.get(fine.setSpeed(0));

            assertThat(TestVm.get(failing.outcome()).end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(TestVm.get(fine.outcome()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
