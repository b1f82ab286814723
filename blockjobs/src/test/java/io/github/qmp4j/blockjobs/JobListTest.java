package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The list of all jobs, those too that are no block jobs. */
@QemuVersions
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class JobListTest {
    @Test
    void isEmptyAndThenHasAJobThatCreatesAnImage() {
        // case 65
        try (TestVm vm = TestVm.start()) {
            assertThat(TestVm.get(vm.jobs.list())).isEmpty();
            String there = vm.image("active").toString();
            vm.ask("blockdev-create", """
                    {"job-id":"create0","options":{"driver":"file","filename":"%s","size":1024}}""".formatted(vm.path("new.raw")));
            vm.ask("blockdev-create", """
                    {"job-id":"create1","options":{"driver":"file","filename":"%s/below","size":1024}}""".formatted(there));
            await().until(() ->
                    TestVm.get(vm.jobs.list()).stream().allMatch(job -> job.status() == JobStatus.CONCLUDED));

            List<JobInfo> jobs = TestVm.get(vm.jobs.list());
            assertThat(jobs).extracting(job -> job.id().value()).containsExactlyInAnyOrder("create0", "create1");
            assertThat(jobs).extracting(JobInfo::type).containsOnly(JobType.OTHER);
            assertThat(jobs)
                    .filteredOn(job -> job.id().value().equals("create0"))
                    .extracting(JobInfo::error)
                    .containsExactly(Optional.empty());
            assertThat(jobs)
                    .filteredOn(job -> job.id().value().equals("create1"))
                    .extracting(JobInfo::error)
                    .allSatisfy(error -> assertThat(error)
                            .hasValueSatisfying(text -> assertThat(text).contains("Not a directory")));
        }
    }
}
