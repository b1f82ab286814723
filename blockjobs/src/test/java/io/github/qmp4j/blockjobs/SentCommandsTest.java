package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.J;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.RecordedSchema;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes to QEMU, word for word, and whether each release takes it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SentCommandsTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final CopyRequest COPY = CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aPull() {
        // cases 59, 62
        assertSent(PullRequest.of("disk0").withSettings(J), """
                {"execute":"block-stream","job-id":"j","device":"active","auto-finalize":false,"auto-dismiss":false}""");
        assertSent(
                PullRequest.of("disk0")
                        .withBase("base")
                        .withSettings(J.withSpeed(5).withOnError(ErrorPolicy.STOP)),
                """
                {"execute":"block-stream","job-id":"j","device":"active","auto-finalize":false,"auto-dismiss":false,"speed":5,
                "on-error":"stop","base-node":"base","backing-file":"/images/base.qcow2"}""");
    }

    @Test
    void aCommit() {
        // cases 36, 59, 62
        assertSent(CommitRequest.of("disk0").withSettings(J), """
                {"execute":"block-commit","job-id":"j","device":"active","auto-dismiss":false,
                "top-node":"active","base-node":"base"}""");
        assertSent(CommitRequest.of("disk0").withTop("mid").withSettings(J.withOnError(ErrorPolicy.ENOSPC)), """
                {"execute":"block-commit","job-id":"j","device":"active","auto-finalize":false,"auto-dismiss":false,"on-error":"enospc",
                "top-node":"mid","base-node":"base","backing-file":"/images/base.qcow2"}""");
    }

    @Test
    void aCopy() {
        // cases 39, 59, 62
        assertSent(COPY.withSettings(J), """
                {"execute":"drive-mirror","job-id":"j","device":"active","auto-dismiss":false,"node-name":"j",
                "target":"/images/copy.qcow2","format":"qcow2","sync":"full","mode":"absolute-paths"}""");
        assertSent(
                COPY.withExtent(CopyExtent.TOP)
                        .withGranularity(65536)
                        .withBufSize(1 << 20)
                        .withSynchronousWrites(true)
                        .withSettings(J.withOnError(ErrorPolicy.IGNORE)),
                """
                {"execute":"drive-mirror","job-id":"j","device":"active","auto-dismiss":false,"node-name":"j",
                "target":"/images/copy.qcow2","format":"qcow2","sync":"top","mode":"absolute-paths","granularity":65536,
                "buf-size":1048576,"copy-mode":"write-blocking","on-source-error":"ignore","on-target-error":"ignore"}""");
        // case 39
        assertThatThrownBy(() -> CopyRequest.of("disk0", "copy.qcow2", "qcow2")).hasMessageContaining("absolute path");
    }

    @Test
    void theVerbsOfAJob() {
        // cases 39, 59, 62
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(ScriptedVm.COMMIT);
            TestVm.get(job.pause());
            TestVm.get(job.resume());
            TestVm.get(job.setSpeed(7));
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");
            job.pivot();
            assertSent(vm, "job-pause", "{\"id\":\"j\"}");
            assertSent(vm, "job-resume", "{\"id\":\"j\"}");
            assertSent(vm, "block-job-set-speed", "{\"device\":\"j\",\"speed\":7}");
            assertSent(vm, "job-complete", "{\"id\":\"j\"}");
            job.finishWithoutPivot();
            assertSent(vm, "block-job-cancel", "{\"device\":\"j\"}");
            job.cancel();
            assertSent(vm, "job-cancel", "{\"id\":\"j\"}");
            vm.job("commit", "concluded");
            vm.tell("waiting", "pending", "concluded");
            assertSent(vm, "job-dismiss", "{\"id\":\"j\"}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachReleaseTakesAllOfIt(RecordedSchema release) {
        // case 60
        for (BlockJobRequest request : new BlockJobRequest[] {
            PullRequest.of("disk0").withBase("base").withSettings(J),
            CommitRequest.of("disk0").withSettings(J),
            CommitRequest.of("disk0").withTop("mid").withSettings(J),
            COPY.withSynchronousWrites(true).withSettings(J)
        }) {
            try (ScriptedVm vm = ofRelease(release)) {
                BlockJob job = vm.start(request);
                vm.tell("created", "running");
                TestVm.get(job.pause());
                TestVm.get(job.resume());
                TestVm.get(job.setSpeed(7));
                job.cancel();
                vm.job("commit", "concluded", "Operation canceled");
                vm.tell("aborting", "concluded");
                TestVm.get(job.outcome());
                assertThat(vm.qemu.received()).hasSizeGreaterThan(8).allSatisfy(got -> assertThat(
                                release.problems(got.name(), got.arguments()))
                        .as("%s", got)
                        .isEmpty());
                assertThat(vm.qemu.received().stream()
                                .anyMatch(got -> got.arguments().has("backing-mask-protocol")))
                        .isEqualTo(release.compareTo(RecordedSchema.V10_0) >= 0
                                && vm.qemu.received().stream()
                                        .anyMatch(got -> got.arguments().has("backing-file")));
            }
        }
    }

    private static ScriptedVm ofRelease(RecordedSchema release) {
        ScriptedVm vm =
                switch (release) {
                    case V5_2 -> ScriptedVm.ofVersion(5, 2, 0);
                    case V7_2 -> ScriptedVm.ofVersion(7, 2, 22);
                    case V10_0 -> ScriptedVm.ofVersion(10, 0, 13);
                    case V11_1 -> ScriptedVm.ofVersion(11, 1, 3);
                };
        // The library reads a schema once for all QEMUs of these commands.
        return vm.on("query-commands", Outgoing.reply("[\"" + release + "\"]"))
                .on("query-qmp-schema", Outgoing.reply(release.json()));
    }

    /** Its arguments are those that stand beside the name of the command. */
    private static void assertSent(BlockJobRequest request, String command) {
        try (ScriptedVm vm = ofRelease(RecordedSchema.V7_2)) {
            vm.start(request);
            ObjectNode expected = (ObjectNode) json(command);
            String name = expected.remove("execute").asText();
            assertThat(vm.qemu.awaitReceived(name, 1, SOON).arguments()).isEqualTo(expected);
        }
    }

    private static void assertSent(ScriptedVm vm, String name, String arguments) {
        assertThat(vm.qemu.awaitReceived(name, 1, SOON).arguments()).isEqualTo(json(arguments));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
