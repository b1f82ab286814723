package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two disks of one storage daemon, each with a job. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class StorageDaemonDisksTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static TestDaemon start() {
        return TestDaemon.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        });
    }

    /** The pivot of one disk is no proof for the other. */
    @Test
    void tellsTwoDisksWithoutDevicesApart() {
        try (TestDaemon qsd = start()) {
            BlockJob one = qsd.start(CommitRequest.of("active"));
            BlockJob two = qsd.start(CommitRequest.of("other"));
            TestVm.get(one.ready());
            TestVm.get(two.ready());
            CompletableFuture<JobOutcome> pivot = one.pivot();
            assertThat(TestVm.get(pivot).pivoted()).isTrue();
            JobOutcome cancelled = TestVm.get(two.cancel());

            assertThat(cancelled.end()).isInstanceOf(End.Cancelled.class);
            assertThat(cancelled.head()).isEqualTo(Head.SOURCE);
            qsd.assertUnchanged(qsd.image("base"));
        }
    }

    /** Before QEMU 10.0 the nodes cannot be listed between the two ends. */
    @Test
    void completesTwoPullsSideBySide() {
        try (TestDaemon qsd = start()) {
            assertThat(TestVm.get(qsd.jobs.disks())).hasSize(2);
            BlockJob one = qsd.start(PullRequest.of("active").withSettings(SLOW));
            BlockJob two = qsd.start(PullRequest.of("other").withSettings(SLOW));
            assertThat(qsd.ask("query-jobs")).hasSize(2);
            TestVm.get(one.setSpeed(0));
            await().until(() -> qsd.ask("query-jobs").size() == 1);
            assertThat(TestVm.get(one.outcome()).completed()).isTrue();
            TestVm.get(two.setSpeed(0));
            for (BlockJob job : List.of(one, two)) {
                JobOutcome outcome = TestVm.get(job.outcome());
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
            }
            qsd.assertNoJobsLeft();
            assertThat(qsd.liveChain("active")).containsExactly("active.qcow2");
            assertThat(qsd.liveChain("other")).containsExactly("other.qcow2");
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** A foreign pull that stays undismissed keeps the versions before 10.0 from listing nodes. */
    @Test
    void completesWhereTheNodesCannotBeListedAfterTheEnd() {
        try (TestDaemon qsd = start()) {
            BlockJob job = qsd.start(CommitRequest.of("active"));
            TestVm.get(job.ready());
            qsd.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"other\",\"auto-dismiss\":false}");
            await().until(() -> qsd.ask("query-jobs").findValuesAsText("status").contains("concluded"));
            JobOutcome outcome = TestVm.get(job.pivot());
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).isNotEmpty();
        }
    }

    /** 5.2 says nothing of its jobs when it quits. */
    @Test
    void completesNoJobWhenTheDaemonQuits() {
        try (TestDaemon qsd = start()) {
            BlockJob ready = qsd.start(CommitRequest.of("active"));
            TestVm.get(ready.ready());
            BlockJob running = qsd.start(PullRequest.of("other").withSettings(SLOW));
            qsd.ask("quit");
            for (BlockJob job : List.of(ready, running)) {
                assertThat(TestVm.get(job.outcome()).end()).isInstanceOfAny(End.Unknown.class, End.Cancelled.class);
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> qsd.daemon.awaitEnd(Duration.ZERO));
            qsd.assertUnchanged(qsd.image("active"));
        }
    }
}
