package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What both kinds of commit do under each policy when reading or writing fails. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CommitErrorTest {
    private static final int EIO = 5;

    static Stream<Arguments> cases() {
        return Stream.of(ErrorPolicy.REPORT, ErrorPolicy.STOP, ErrorPolicy.IGNORE)
                .flatMap(policy -> Stream.of("read_aio", "write_aio")
                        .flatMap(event -> Stream.of(true, false).map(active -> arguments(policy, event, active))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void failsOrGoesOnAsThePolicySays(ErrorPolicy policy, String event, boolean active) {
        try (TestVm vm = start(event, policy != ErrorPolicy.REPORT)) {
            if (active && policy != ErrorPolicy.REPORT) {
                // Others do not survive it, and are not asked: see ReadyErrorTest.
                vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            }
            CommitRequest commit = CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withOnError(policy));
            boolean ours = active || event.startsWith("read");
            BlockJob job =
                    ours ? vm.start(active ? commit : commit.withTop("snap2").withBase("base")) : theirs(vm, policy);
            if (policy == ErrorPolicy.STOP) {
                await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
                assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo("failed");
                TestVm.get(job.resume());
            }
            JobOutcome outcome = TestVm.get(active ? job.pivot() : job.outcome());

            assertThat(vm.qemu.oracle().events())
                    .anyMatch(told -> told.path("event").asText().equals("BLOCK_JOB_ERROR"));
            if (policy == ErrorPolicy.REPORT) {
                assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
                assertThat(outcome.released()).isEmpty();
                assertThat(vm.liveChain()).hasSize(4);
            } else {
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
            }
            // A job that was over when it was met has no disk that can be told.
            Head head = active && policy != ErrorPolicy.REPORT ? Head.TARGET : Head.SOURCE;
            assertThat(outcome.head()).isIn(head, ours ? head : Head.UNKNOWN);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image(outcome.pivoted() ? "base" : "active"));
        }
    }

    /** By somebody else, since the library would not write the name of a base with faults into a header. */
    private static BlockJob theirs(TestVm vm, ErrorPolicy policy) {
        vm.ask("block-commit", """
                {"job-id":"theirs","device":"active","top-node":"snap2","base-node":"base","backing-file":"%s",
                 "on-error":"%s","auto-dismiss":false}""".formatted(vm.image("base"), policy.qmpName()));
        return TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
    }

    /** What is committed fails to be read, or what it is committed into to be written. */
    private static TestVm start(String event, boolean once) {
        return TestVm.start(nodes -> {
            if (event.startsWith("read")) {
                nodes.qcow2("base", null);
                nodes.qcow2("snap1", "base");
                nodes.failing("snap2", "snap1", event, EIO, once);
            } else {
                nodes.failing("base", null, event, EIO, once);
                nodes.qcow2("snap1", "base");
                nodes.qcow2("snap2", "snap1");
            }
            nodes.qcow2("active", "snap2");
        });
    }
}
