package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks of a storage daemon, which have no guest device. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class StorageDaemonTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static CopyRequest copy(TestDaemon qsd, CopyEngine engine) {
        return CopyRequest.of("active", qsd.path("copy.qcow2").toString(), "qcow2")
                .withEngine(engine);
    }

    private static List<String> labels(List<BlockNode> nodes) {
        return nodes.stream().map(BlockNode::label).toList();
    }

    @Test
    void seesNodesThatNobodyUsesOrThatAreExportedAsDisks() {
        try (TestDaemon qsd = TestDaemon.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            assertThat(TestVm.get(qsd.jobs.disks()))
                    .extracting(Disk::name)
                    .containsExactlyInAnyOrder("active", "other");
            BlockChain chain = TestVm.get(qsd.jobs.chain(DiskRef.of("active")));
            assertThat(labels(chain.nodes())).containsExactly("active", "snap2", "snap1", "base");
            assertThat(chain.nodes())
                    .extracting(node -> node.path().orElse(""))
                    .containsExactly(
                            qsd.image("active").toString(),
                            qsd.image("snap2").toString(),
                            qsd.image("snap1").toString(),
                            qsd.image("base").toString());

            qsd.export("snap1");
            assertThat(TestVm.get(qsd.jobs.disks()))
                    .filteredOn(disk -> !disk.exports().isEmpty())
                    .singleElement()
                    .satisfies(disk -> {
                        assertThat(disk.exports()).containsExactly("snap1-export");
                        assertThat(labels(disk.chain().nodes())).containsExactly("snap1", "base");
                    });
        }
    }

    @Test
    void pullsTheWholeChain() {
        try (TestDaemon qsd = TestDaemon.start()) {
            BlockJob job = qsd.start(PullRequest.of("active").withSettings(SLOW));
            assertThat(job.id().value()).startsWith("pull-active-");
            job.setSpeed(0);
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.progress().offset()).isEqualTo(outcome.progress().len());
            assertThat(labels(outcome.released())).containsExactly("snap2", "snap1", "base");
            qsd.assertNoJobsLeft();
            assertThat(qsd.liveChain("active")).containsExactly("active.qcow2");
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pull", "commit", "active commit", "DRIVE_MIRROR", "BLOCKDEV_MIRROR"})
    void holdsItsNodesOnlyWhileItRuns(String kind) {
        try (TestDaemon qsd = TestDaemon.start()) {
            BlockJob job = qsd.start(
                    switch (kind) {
                        case "pull" -> PullRequest.of("active").withSettings(SLOW);
                        case "commit" ->
                            CommitRequest.of("active").withTop("snap2").withSettings(SLOW);
                        case "active commit" -> CommitRequest.of("active").withSettings(SLOW);
                        default -> copy(qsd, CopyEngine.valueOf(kind)).withSettings(SLOW);
                    });
            String node = "{\"node-name\":\"active\"}";
            assertThatThrownBy(() -> qsd.ask("blockdev-del", node)).isInstanceOf(QmpErrorException.class);
            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            qsd.ask("blockdev-del", node);
        }
    }

    @Test
    void pullsToABaseAndNamesItInTheHeader() {
        try (TestDaemon qsd = TestDaemon.start()) {
            JobOutcome outcome = qsd.run(PullRequest.of("active").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(labels(outcome.released())).containsExactly("snap2", "snap1");
            assertThat(qsd.liveChain("active")).containsExactly("active.qcow2", "base.qcow2");
            qsd.assertUnchanged(qsd.image("active"));
            assertThat(qsd.images
                            .info(qsd.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo(qsd.image("base").toString());
        }
    }

    @Test
    void commitsMiddleNodes() {
        try (TestDaemon qsd = TestDaemon.start()) {
            JobOutcome outcome =
                    qsd.run(CommitRequest.of("active").withTop("snap2").withBase("snap1"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(labels(outcome.released())).containsExactly("snap2");
            assertThat(qsd.liveChain("active")).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** The graph is the same before and after, so the accepted verb is all the proof there is. */
    @Test
    void pivotsACommitThatNoGraphShows() {
        try (TestDaemon qsd = TestDaemon.start()) {
            JobOutcome outcome = qsd.run(CommitRequest.of("active").withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(labels(outcome.released())).containsExactly("active", "snap2", "snap1");
            qsd.assertNoJobsLeft();
            qsd.assertUnchanged(qsd.image("base"));
        }
    }

    @Test
    void finishesACommitThatNoGraphShows() {
        try (TestDaemon qsd = TestDaemon.start()) {
            JobOutcome outcome = qsd.run(CommitRequest.of("active").withWhenReady(WhenReady.FINISH));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** Somebody else has ended the job, and there is nothing that could show how. */
    @ParameterizedTest
    @CsvSource({"job-complete,id", "block-job-cancel,device"})
    void isUnknownWhenSomebodyElseEndsACommitThatNoGraphShows(String verb, String member) {
        try (TestDaemon qsd = TestDaemon.start()) {
            BlockJob job = qsd.start(CommitRequest.of("active"));
            TestVm.get(job.ready());
            qsd.ask(verb, "{\"%s\":\"%s\"}".formatted(member, job.id()));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
            assertThat(outcome.head()).isEqualTo(Head.UNKNOWN);
            assertThat(outcome.released()).isEmpty();
        }
    }

    /** An export is a parent, and shows on which side it is. */
    @Test
    void pivotsACommitBelowAnExport() {
        try (TestDaemon qsd = TestDaemon.start()) {
            qsd.export("active");
            JobOutcome outcome = qsd.run(CommitRequest.of("active").withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(labels(outcome.released())).containsExactly("active", "snap2", "snap1");
            assertThat(qsd.exports()).isEqualTo(Map.of("active-export", "base"));
            assertThat(TestVm.get(qsd.jobs.chain(DiskRef.of("base"))).nodes()).hasSize(1);
            qsd.assertUnchanged(qsd.image("base"));
        }
    }

    @ParameterizedTest
    @CsvSource({"job-complete,id,TARGET", "block-job-cancel,device,SOURCE"})
    void seesByTheExportHowSomebodyElseHasEndedTheJob(String verb, String member, Head head) {
        try (TestDaemon qsd = TestDaemon.start()) {
            qsd.export("active");
            BlockJob job = qsd.start(CommitRequest.of("active"));
            TestVm.get(job.ready());
            qsd.ask(verb, "{\"%s\":\"%s\"}".formatted(member, job.id()));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(head);
        }
    }

    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,false", "BLOCKDEV_MIRROR,false", "DRIVE_MIRROR,true", "BLOCKDEV_MIRROR,true"})
    void pivotsToACopy(CopyEngine engine, boolean exported) {
        try (TestDaemon qsd = TestDaemon.start()) {
            if (exported) {
                qsd.export("active");
            }
            JobOutcome outcome = qsd.run(copy(qsd, engine).withWhenReady(WhenReady.PIVOT));

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(labels(outcome.released())).containsExactly("active", "snap2", "snap1", "base");
            assertThat(outcome.leftovers()).isEmpty();
            if (exported) {
                assertThat(qsd.liveChain(String.valueOf(qsd.exports().get("active-export"))))
                        .containsExactly("copy.qcow2");
            }
            qsd.assertNoJobsLeft();
            qsd.assertUnchanged(qsd.path("copy.qcow2"));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void finishesACopyWithoutAPivot(CopyEngine engine) {
        try (TestDaemon qsd = TestDaemon.start()) {
            CopyRequest copy = copy(qsd, engine).withExtent(CopyExtent.TOP).withWhenReady(WhenReady.FINISH);
            // A daemon does not tell whether it has I/O threads, with which such a copy would kill it.
            boolean isSafe = new Quirks(qsd.client.greeting().version()).survivesNodesAboveIoThreads();
            if (engine == CopyEngine.BLOCKDEV_MIRROR && !isSafe) {
                assertThat(ScriptedVm.failure(qsd.jobs.start(copy)))
                        .hasMessageContaining("kills this version of QEMU where an I/O thread runs them");
                return;
            }
            JobOutcome outcome = qsd.run(copy);

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(TestVm.get(qsd.jobs.disks())).extracting(Disk::name).containsExactly("active");
            qsd.assertUnchanged(qsd.path("copy.qcow2"));
        }
    }
}
