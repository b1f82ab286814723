package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The turn to write to headers is an object in QEMU, which all processes see. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HeaderTurnTest {
    private static final String TURN = "qmp4j-header-turn";

    private static List<String> objects(TestVm vm) {
        return vm.ask("qom-list", "{\"path\":\"/objects\"}").findValuesAsText("name");
    }

    @Test
    void aTurnThatADeadProcessHasLeftIsTakenAndNoneStaysBehind() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("object-add", "{\"qom-type\":\"authz-simple\",\"id\":\"%s\",\"identity\":\"dead\"}".formatted(TURN));
            BlockJob job = vm.start(PullRequest.of("disk0").withBase("base"));
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(objects(vm)).doesNotContain(TURN);
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void aJobThatIsStartedWaitsWhileAnotherProcessHasItsTurn() {
        try (TestVm vm = TestVm.start()) {
            vm.ask(
                    "object-add",
                    "{\"qom-type\":\"authz-simple\",\"id\":\"%s\",\"identity\":\"alive\"}".formatted(TURN));
            var started = vm.jobs.start(PullRequest.of("disk0").withBase("base"));
            // A question that is answered comes after those that the start has sent so far.
            TestVm.get(vm.jobs.disks());
            assertThat(started).isNotDone();
            assertThat(vm.ask("query-jobs")).isEmpty();
            vm.ask("object-del", "{\"id\":\"%s\"}".formatted(TURN));
            assertThat(TestVm.get(TestVm.get(started).outcome()).completed()).isTrue();
        }
    }
}
