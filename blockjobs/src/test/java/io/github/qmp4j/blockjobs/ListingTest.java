package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import io.github.qmp4j.testkit.RecordedSchema;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the nodes may be listed, by version and by what jobs there are. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ListingTest {
    /** With the list of jobs. */
    private static final int ASKED_BY_START = 1;

    private static long listings(ScriptedVm vm) {
        return vm.count("query-named-block-nodes");
    }

    @ParameterizedTest
    @CsvSource({
        "5.2.0, stream, running, 0", "5.2.0, backup, concluded, 0", "5.2.0, commit, ready, 1",
        "7.2.22, stream, running, 0", "7.2.22, stream, concluded, 0", "7.2.22, backup, concluded, 1",
        "9.2.4, stream, concluded, 0", "10.0.13, stream, concluded, 1", "10.0.13, backup, concluded, 1",
        "5.2.0, create, running, 0", "7.2.22, create, running, 0", "10.0.13, create, running, 1"
    })
    void listsNodesOnlyForThoseWhoNeedItAndWhereItIsSafe(String version, String type, String status, int listings) {
        List<Integer> numbers =
                Stream.of(version.split("\\.")).map(Integer::valueOf).toList();
        try (ScriptedVm vm = ScriptedVm.ofVersion(numbers.get(0), numbers.get(1), numbers.get(2))) {
            vm.job(type, status);
            assertThat(TestVm.get(vm.jobs.disks()))
                    .filteredOn(Disk::isPluggedIn)
                    .hasSize(2);
            assertThat(TestVm.get(vm.jobs.chain(DiskRef.of("disk0"))).nodes()).hasSize(3);
            long looked = numbers.get(0) >= 10 ? 2 : 0;
            assertThat(listings(vm)).isEqualTo(looked);
            ScriptedVm.failure(vm.jobs.start(PullRequest.of("nope")));
            assertThat(listings(vm)).isEqualTo(looked + listings);
        }
    }

    /** A start that is on its way must not slip between asking for the jobs and listing the nodes. */
    @Test
    void sendsNoStartBetweenAskingForJobsAndListing() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("query-commands");
            CompletableFuture<BlockJob> start = vm.jobs.start(ScriptedVm.PULL);
            ReceivedCommand schema = vm.qemu.awaitReceived("query-commands", 1, Duration.ofMinutes(2));
            vm.on("query-jobs");
            CompletableFuture<BlockChain> chain = vm.jobs.chain(DiskRef.of("nope"));
            ReceivedCommand jobs = vm.qemu.awaitReceived("query-jobs", ASKED_BY_START + 1, Duration.ofMinutes(2));
            vm.qemu.answer(schema, Outgoing.reply("[]"));

            await().during(Duration.ofMillis(200)).until(() -> vm.count("block-stream") == 0);
            vm.on("query-jobs", Outgoing.reply("[]"));
            vm.qemu.answer(jobs, Outgoing.reply("[]"));
            ScriptedVm.failure(chain);
            TestVm.get(start);
            List<String> sent =
                    vm.qemu.received().stream().map(ReceivedCommand::name).toList();
            assertThat(sent.lastIndexOf("query-named-block-nodes")).isLessThan(sent.indexOf("block-stream"));
        }
    }

    /** Errors after READY kill 5.2 under any policy but report; the schema tells, not the number of the version. */
    @Test
    void refusesToStopAtErrorsAfterReadyWhereTheSchemaLacksWhatCameWithTheRepair() {
        CommitRequest stopping = CommitRequest.of("disk0").withSettings(ScriptedVm.J.withOnError(ErrorPolicy.STOP));
        // Versions of no other test, since the schema of each is kept.
        try (ScriptedVm vm = ScriptedVm.ofVersion(7, 2, 98)) {
            vm.on("query-qmp-schema", Outgoing.reply(RecordedSchema.V5_2.json()));
            assertThat(ScriptedVm.failure(vm.jobs.start(stopping))).hasMessageContaining("kill this QEMU");
            assertThat(vm.count("block-commit")).isZero();
        }
        try (ScriptedVm vm = ScriptedVm.ofVersion(5, 2, 98)) {
            vm.on("query-qmp-schema", Outgoing.reply(RecordedSchema.V7_2.json()));
            assertThat(vm.start(stopping).id()).isEqualTo(new JobId("j"));
        }
    }
}
