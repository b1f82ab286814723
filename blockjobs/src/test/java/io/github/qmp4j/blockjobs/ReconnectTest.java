package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the next session finds of the jobs that an earlier one has left. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReconnectTest {
    private static final JobId KEPT = new JobId("kept");
    private static final JobId AUTO_DISMISSED = new JobId("auto-dismissed");
    private static final JobId READY = new JobId("ready");
    private static final JobId NEVER_STARTED = new JobId("never-started");

    @Test
    void findsWhatIsThereAndNothingElse() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
            nodes.empty("third", null);
            nodes.disk("disk2", "third");
        })) {
            BlockJob kept = vm.start(CommitRequest.of("disk0")
                    .withTop("snap2")
                    .withBase("snap1")
                    .withSettings(JobSettings.defaults().withJobId(KEPT).withSpeed(1)));
            BlockJob ready = vm.start(CommitRequest.of("disk1")
                    .withSettings(JobSettings.defaults().withJobId(READY)));
            TestVm.get(ready.ready());
            vm.client.close();
            assertThat(TestVm.get(kept.outcome()).end()).isInstanceOf(End.Unknown.class);
            assertThat(TestVm.get(ready.outcome()).end()).isInstanceOf(End.Unknown.class);

            // While nobody of ours listens.
            vm.ask("block-job-set-speed", "{\"device\":\"kept\",\"speed\":0}");
            await().until(() -> status(vm, KEPT).equals("pending"));
            vm.ask("job-finalize", "{\"id\":\"kept\"}");
            await().until(() -> status(vm, KEPT).equals("concluded"));
            vm.ask("block-stream", "{\"job-id\":\"auto-dismissed\",\"device\":\"third\"}");
            await().until(() -> status(vm, AUTO_DISMISSED).isEmpty());

            QmpClient next =
                    TestVm.get(QmpClient.connect(new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.defaults()));
            try (next;
                    BlockJobs jobs = BlockJobs.of(next, BlockJobOptions.defaults())) {
                assertThat(TestVm.get(jobs.attach(AUTO_DISMISSED))).isEmpty();
                assertThat(TestVm.get(jobs.attach(NEVER_STARTED))).isEmpty();
                assertThat(TestVm.get(jobs.list()))
                        .extracting(JobInfo::id, JobInfo::status)
                        .containsExactlyInAnyOrder(tuple(KEPT, JobStatus.CONCLUDED), tuple(READY, JobStatus.READY));
                JobOutcome collected =
                        TestVm.get(TestVm.get(jobs.adopt(KEPT)).orElseThrow().outcome());
                assertThat(collected.completed()).as("%s", collected).isTrue();
                JobOutcome pivoted =
                        TestVm.get(TestVm.get(jobs.adopt(READY)).orElseThrow().pivot());
                assertThat(pivoted.pivoted()).as("%s", pivoted).isTrue();
            }
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static String status(TestVm vm, JobId id) {
        for (JsonNode job : vm.ask("query-jobs")) {
            if (job.path("id").asText().equals(id.value())) {
                return job.path("status").asText();
            }
        }
        return "";
    }
}
