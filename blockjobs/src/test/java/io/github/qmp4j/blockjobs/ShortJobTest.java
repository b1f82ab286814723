package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that end before the command that starts them is answered. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ShortJobTest {
    private static final int MANY = 200;

    /** Nothing to do, and the whole life before the reply. */
    @Test
    void tellsEachOfManyInstantPullsOnceAndLeavesTheDiskFree() {
        try (TestVm vm = TestVm.start(nodes -> nodes.qcow2("active", null))) {
            for (int i = 0; i < MANY; i++) {
                AtomicInteger told = new AtomicInteger();
                BlockJob job = vm.start(PullRequest.of("disk0"));
                CompletableFuture<JobOutcome> outcome = job.outcome();
                outcome.thenRun(told::incrementAndGet);
                assertThat(TestVm.get(outcome).completed()).isTrue();
                assertThat(TestVm.get(job.outcome())).isEqualTo(TestVm.get(outcome));
                assertThat(told.get()).isLessThanOrEqualTo(1);
            }
            vm.assertNoJobsLeft();
            long concluded = vm.qemu.oracle().events().stream()
                    .filter(event -> event.path("data").path("status").asText().equals("concluded"))
                    .count();
            assertThat(concluded).isEqualTo(MANY);
        }
    }
}
