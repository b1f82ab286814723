package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a job writes to is full, is given more room by somebody else, and the job goes on where it was. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NoSpaceTest {
    private static final long ROOM = 2 * TestVm.MIB;

    enum Full {
        ACTIVE_OF_A_PULL("active"),
        BASE_OF_A_COMMIT("base"),
        BASE_OF_AN_ACTIVE_COMMIT("base"),
        TARGET_OF_A_COPY("copy");

        private final String node;

        Full(String node) {
            this.node = node;
        }

        BlockJob start(TestVm vm) {
            JobSettings settings = JobSettings.defaults().withOnError(ErrorPolicy.ENOSPC);
            return switch (this) {
                case ACTIVE_OF_A_PULL -> vm.start(PullRequest.of("disk0").withSettings(settings));
                case BASE_OF_A_COMMIT -> theirs(vm);
                case BASE_OF_AN_ACTIVE_COMMIT ->
                    vm.start(CommitRequest.of("disk0").withSettings(settings));
                case TARGET_OF_A_COPY ->
                    vm.start(
                            CopyRequest.of("disk0", new CopyTarget.Node("copy")).withSettings(settings));
            };
        }

        /** By somebody else, since the library would not write the name of such a base into a header. */
        private static BlockJob theirs(TestVm vm) {
            vm.ask("block-commit", """
                    {"job-id":"theirs","device":"active","top-node":"snap2","base-node":"base","backing-file":"%s",
                     "on-error":"enospc","auto-dismiss":false}""".formatted(vm.image("base")));
            return TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
        }

        boolean becomesReady() {
            return this == BASE_OF_AN_ACTIVE_COMMIT || this == TARGET_OF_A_COPY;
        }
    }

    private static TestVm start(Full full) {
        return TestVm.start(nodes -> {
            if (full == Full.TARGET_OF_A_COPY) {
                nodes.images().create("copy.qcow2", "qcow2", TestVm.SIZE);
                nodes.withRoomFor("copy", null, ROOM);
            }
            String below = null;
            for (String name : new String[] {"base", "snap1", "snap2", "active"}) {
                if (name.equals(full.node)) {
                    nodes.withRoomFor(name, below, ROOM);
                } else {
                    nodes.qcow2(name, below);
                }
                below = name;
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void goesOnWhenThereIsMoreRoom(Full full) {
        try (TestVm vm = start(full)) {
            if (full.becomesReady()) {
                vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            }
            BlockJob job = full.start(vm);
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
            assertThat(job.info().error().orElseThrow()).startsWith("no space left (nospace)");
            assertThat(job.outcome()).isNotDone();
            long stoppedAt = vm.onlyJob().path("offset").asLong();
            assertThat(stoppedAt).isLessThan(vm.onlyJob().path("len").asLong());

            grow(vm, full.node);
            TestVm.get(job.resume());
            JobOutcome outcome = TestVm.get(full.becomesReady() ? job.pivot() : job.outcome());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.progress().offset()).isGreaterThan(stoppedAt);
            assertThat(vm.liveChain()).hasSize(full == Full.BASE_OF_A_COMMIT ? 2 : 1);
            vm.assertNoJobsLeft();
            Path result = full == Full.BASE_OF_A_COMMIT ? vm.image("active") : vm.image(full.node);
            vm.assertUnchanged(result);
        }
    }

    private static void grow(TestVm vm, String node) {
        String options = Nodes.limit(node, Nodes.ALL_ROOM);
        if (vm.qemu.knows("blockdev-reopen")) {
            vm.ask("blockdev-reopen", "{\"options\":[" + options + "]}");
        } else {
            vm.ask("x-blockdev-reopen", options);
        }
    }
}
