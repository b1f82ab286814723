package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An image that two disks stand on: QEMU rewrites the headers of both when a commit takes it out. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class OtherOverlaysTest {
    private static final CommitRequest OF_SNAP1 =
            CommitRequest.of("disk0").withTop("snap1").withBase("base");

    private static void assertRefused(Consumer<Nodes> nodes, String overlay) {
        try (TestVm vm = TestVm.start(nodes)) {
            for (Throwable refusal : new Throwable[] {
                ScriptedVm.failure(vm.jobs.start(OF_SNAP1)), ScriptedVm.failure(vm.jobs.preview(OF_SNAP1))
            }) {
                assertThat(refusal)
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("'%s' stands on 'snap1' too", overlay);
            }
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Its header may be one that QEMU cannot rewrite, and its size another one. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesToCommitAnImageThatAnotherDiskStandsOn(boolean behindFilter) {
        assertRefused(
                nodes -> {
                    nodes.plainChain();
                    if (!behindFilter) {
                        nodes.overTheSameBase();
                        return;
                    }
                    nodes.options.add(
                            "{\"driver\":\"copy-on-read\",\"node-name\":\"above\",\"read-only\":true,\"file\":\"snap1\"}");
                    nodes.images().overlay("other.qcow2", Path.of(nodes.path("snap1")), "qcow2");
                    nodes.at("other", "above", nodes.path("other"));
                    nodes.disk("disk1", "other");
                },
                "other");
    }

    /** One that comes while the job runs. */
    @Test
    void finalizesNoCommitOfAnImageThatAnotherOverlayStandsOnByThen() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.images().overlay("other.qcow2", Path.of(nodes.path("snap1")), "qcow2");
        })) {
            BlockJob job = vm.start(OF_SNAP1.withSettings(JobSettings.defaults().withSpeed(1)));
            vm.ask(
                    "blockdev-add",
                    "{\"driver\":\"qcow2\",\"node-name\":\"other\",\"backing\":\"snap1\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                            .formatted(vm.path("other.qcow2")));
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.end()).isInstanceOf(JobOutcome.End.Failed.class);
            assertThat(outcome.error()).hasValueSatisfying(why -> assertThat(why)
                    .contains("'other' stands on 'snap1' too", "the chain is unchanged"));
            vm.ask("blockdev-del", "{\"node-name\":\"other\"}");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Opened on another image than its header names. */
    @Test
    void releasesNoImageThatTheHeaderOfAnotherDiskNames() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.images().overlay("other.qcow2", Path.of(nodes.path("snap1")), "qcow2");
            nodes.at("other", "base", nodes.path("other"));
            nodes.disk("disk1", "other");
        })) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }
}
