package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody else dismisses our job, or one that we observe. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ForeignDismissTest {
    private static final int MANY = 20;

    /** Both sides do it the moment they hear of its end, so now one and now the other is first. */
    @Test
    void tellsTheRightOutcomeWhoeverIsTheFirstToDismissTheJob() {
        try (TestVm vm = TestVm.start()) {
            for (int i = 0; i < MANY; i++) {
                BlockJob job = vm.start(CommitRequest.of("disk0"));
                TestVm.get(job.ready());
                vm.ask("job-cancel", "{\"id\":\"" + job.id() + "\"}");
                dismiss(vm, job.id());
                JobOutcome outcome = TestVm.get(job.outcome());
                assertThat(outcome.end()).as("%s", outcome).isInstanceOf(End.Cancelled.class);
                assertThat(outcome.leftovers()).isEmpty();
            }
            BlockJob pull = vm.start(PullRequest.of("disk0"));
            dismiss(vm, pull.id());
            assertThat(TestVm.get(pull.outcome()).completed()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static void dismiss(TestVm vm, JobId id) {
        vm.qemu.oracle().awaitEvent("JOB_STATUS_CHANGE", data -> isConcluded(data, id), Duration.ofSeconds(20));
        try {
            vm.ask("job-dismiss", "{\"id\":\"" + id + "\"}");
        } catch (QmpErrorException weWereFirst) {
            assertThat(weWereFirst).hasMessageContaining("not found");
        }
    }

    private static boolean isConcluded(JsonNode data, JobId id) {
        return data.path("id").asText().equals(id.value())
                && data.path("status").asText().equals("concluded");
    }

    /** It is theirs to dismiss, and stays until they do. */
    @Test
    void leavesAJobThatIsOnlyObservedToItsOwner() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            BlockJob job = TestVm.get(vm.jobs.attach(new JobId("theirs"))).orElseThrow();
            TestVm.get(job.ready());
            vm.ask("job-complete", "{\"id\":\"theirs\"}");
            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
            assertThat(vm.ask("query-jobs"))
                    .singleElement()
                    .satisfies(left -> assertThat(left.path("status").asText()).isEqualTo("concluded"));

            vm.ask("job-dismiss", "{\"id\":\"theirs\"}");
            await().untilAsserted(() ->
                    assertThat(TestVm.get(vm.jobs.attach(new JobId("theirs")))).isEmpty());
        }
    }
}
