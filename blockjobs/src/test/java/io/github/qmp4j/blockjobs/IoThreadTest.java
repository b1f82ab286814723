package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node that an I/O thread runs: QEMU dies of much that is harmless elsewhere. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class IoThreadTest {
    private static TestDaemon daemon() {
        TestDaemon qsd = TestDaemon.start(HeaderProofTest::readOnlyBelow, List.of("--object", "iothread,id=thread0"));
        qsd.ask(
                "nbd-server-start",
                "{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"" + qsd.path("nbd.sock") + "\"}}}");
        qsd.ask(
                "block-export-add",
                "{\"type\":\"nbd\",\"id\":\"export0\",\"node-name\":\"active\",\"writable\":true,\"iothread\":\"thread0\"}");
        return qsd;
    }

    private static void assertAlive(TestDaemon qsd) {
        assertThat(qsd.daemon.process().isAlive()).as(qsd.daemon.stderr()).isTrue();
        qsd.assertNoJobsLeft();
    }

    /** On 5.2 and 7.2 the filter of the proof of a header ended in SIGABRT. */
    @Test
    void commitsBelowAnExportInAnIoThread() {
        try (TestDaemon qsd = daemon()) {
            JobOutcome outcome =
                    qsd.run(CommitRequest.of("active").withTop("snap1").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertAlive(qsd);
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** The same; on 10.0 and 11.1 it is the pull itself. */
    @Test
    void pullsIntoAnExportInAnIoThreadOrRefusesItWhereThatKillsQemu() {
        try (TestDaemon qsd = daemon()) {
            boolean survives = new Quirks(qsd.client.greeting().version()).survivesPullsUnderIoThreads();
            PullRequest request = PullRequest.of("active").withBase("base");
            if (survives) {
                JobOutcome outcome = qsd.run(request);
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
            } else {
                assertThat(ScriptedVm.failure(qsd.jobs.start(request)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("I/O threads")
                        .hasMessageContaining("export0");
            }
            assertAlive(qsd);
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** Without a filter, through the root of the chain. */
    @Test
    void refusesAHeaderThatCannotBeWrittenBelowAnExportInAnIoThread() throws Exception {
        try (TestDaemon qsd = daemon()) {
            Path away = qsd.path("away");
            Files.move(qsd.image("snap2"), away);
            assertThat(ScriptedVm.failure(qsd.jobs.start(
                            CommitRequest.of("active").withTop("snap1").withBase("base"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("the header of 'snap2'");
            Files.move(away, qsd.image("snap2"));
            assertAlive(qsd);
            qsd.assertUnchanged(qsd.image("active"));
        }
    }

    /** The target stands on nodes that the thread runs; on 5.2 and 7.2 it is refused where this would be a node of ours. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void copiesTheActiveLayerBelowAnExportInAnIoThreadOrRefusesItWhereThatKillsQemu(CopyEngine engine) {
        try (TestDaemon qsd = daemon()) {
            boolean survives = new Quirks(qsd.client.greeting().version()).survivesNodesAboveIoThreads();
            CopyRequest request = CopyRequest.of(
                            "active", qsd.path("copy.qcow2").toString(), "qcow2")
                    .withEngine(engine)
                    .withExtent(CopyExtent.TOP)
                    .withWhenReady(WhenReady.PIVOT);
            boolean isDone = survives || engine == CopyEngine.DRIVE_MIRROR;
            if (isDone) {
                JobOutcome outcome = qsd.run(request);
                assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            } else {
                assertThat(ScriptedVm.failure(qsd.jobs.start(request)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("use drive-mirror");
                assertThat(qsd.path("copy.qcow2")).doesNotExist();
            }
            assertAlive(qsd);
            qsd.assertUnchanged(isDone ? qsd.path("copy.qcow2") : qsd.image("active"));
        }
    }
}
