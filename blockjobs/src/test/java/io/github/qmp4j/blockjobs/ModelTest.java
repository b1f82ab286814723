package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the model of a chain tells besides names. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ModelTest {
    private static final Duration WHOLE_TEST = Duration.ofMinutes(2);

    private static BlockChain chain(TestDaemon qsd, String disk) {
        return TestVm.get(qsd.jobs.chain(DiskRef.of(disk)));
    }

    /** Says whether it was made: the measuring of a key's strength takes seconds, and fails now and then on a busy machine. */
    private static boolean create(TestDaemon qsd, String options) {
        qsd.ask("blockdev-create", "{\"job-id\":\"make\",\"options\":" + options + "}");
        await().atMost(WHOLE_TEST).untilAsserted(() -> assertThat(
                        qsd.ask("query-jobs").get(0).path("status").asText())
                .isEqualTo("concluded"));
        boolean made = !qsd.ask("query-jobs").get(0).has("error");
        qsd.ask("job-dismiss", "{\"id\":\"make\"}");
        return made;
    }

    @Test
    void tellsWhichImageIsEncrypted() {
        try (TestDaemon qsd = TestDaemon.start()) {
            // The daemon of 5.2 has it in its schema only.
            assumeTrue(
                    qsd.ask("query-commands").findValuesAsText("name").contains("object-add"),
                    qsd.daemon.doesNotKnow("object-add"));
            String path = qsd.path("secret.qcow2").toString();
            qsd.ask(
                    "object-add",
                    qsd.daemon.knows("object-add/arg/props")
                            ? "{\"qom-type\":\"secret\",\"id\":\"key\",\"props\":{\"data\":\"opens it\"}}"
                            : "{\"qom-type\":\"secret\",\"id\":\"key\",\"data\":\"opens it\"}");
            assertThat(create(qsd, "{\"driver\":\"file\",\"filename\":\"" + path + "\",\"size\":0}"))
                    .isTrue();
            qsd.ask("blockdev-add", "{\"driver\":\"file\",\"node-name\":\"f\",\"filename\":\"" + path + "\"}");
            await().atMost(WHOLE_TEST).until(() -> create(qsd, """
                    {"driver":"qcow2","file":"f","size":1048576,
                    "encrypt":{"format":"luks","key-secret":"key","iter-time":200}}"""));
            qsd.ask("blockdev-add", """
                    {"driver":"qcow2","node-name":"secret","file":"f","encrypt":{"format":"luks","key-secret":"key"}}""");

            assertThat(chain(qsd, "secret").nodes()).singleElement().satisfies(image -> assertThat(image.encrypted())
                    .isTrue());
            assertThat(chain(qsd, "active").nodes()).noneMatch(BlockNode::encrypted);
        }
    }

    @Test
    void tellsOfDirtyBitmaps() {
        try (TestDaemon qsd = TestDaemon.start()) {
            qsd.ask("block-dirty-bitmap-add", """
                    {"node":"snap1","name":"since-monday","granularity":65536,"persistent":true}""");
            qsd.ask("block-dirty-bitmap-add", """
                    {"node":"snap1","name":"off","persistent":false,"disabled":true}""");
            List<BlockNode> nodes = chain(qsd, "active").nodes();
            assertThat(nodes.get(2).bitmaps())
                    .containsExactlyInAnyOrder(
                            new DirtyBitmap("since-monday", 65536, OptionalLong.of(0), true, true, false, false),
                            new DirtyBitmap("off", 65536, OptionalLong.of(0), false, false, false, false));
            assertThat(nodes.get(0).bitmaps()).isEmpty();
        }
    }

    @Test
    void tellsTheJobsOfADiskOwnAndForeign() {
        try (TestDaemon qsd = TestDaemon.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            BlockJob ours = qsd.start(CommitRequest.of("active")
                    .withSettings(JobSettings.defaults().withSpeed(1).withJobId(new JobId("nightly"))));
            assertThat(TestVm.get(qsd.jobs.disks()))
                    .extracting(Disk::name, Disk::jobs)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("active", List.of(ours.id())),
                            org.assertj.core.groups.Tuple.tuple("other", List.of()));
            qsd.ask("drive-mirror", """
                    {"job-id":"theirs","device":"other","target":"copy.qcow2","format":"qcow2","sync":"full","speed":1}""");
            assertThat(TestVm.get(qsd.jobs.disks()))
                    .extracting(Disk::name, Disk::jobs)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("active", List.of(ours.id())),
                            org.assertj.core.groups.Tuple.tuple("other", List.of(new JobId("theirs"))));
            TestVm.get(ours.cancel());
        }
    }

    /** An overlay that was put on top by its node has a header that names nothing. */
    @Test
    void namesTheImagesWhoseHeaderDisagreesWithTheLiveGraph() {
        try (TestDaemon qsd = TestDaemon.start()) {
            assertThat(chain(qsd, "active").staleHeaders()).isEmpty();
            qsd.images.create("over.qcow2", "qcow2", TestVm.SIZE);
            qsd.ask(
                    "blockdev-add",
                    "{\"driver\":\"qcow2\",\"node-name\":\"over\",\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                            .formatted(qsd.path("over.qcow2")));
            qsd.ask("blockdev-snapshot", "{\"node\":\"active\",\"overlay\":\"over\"}");
            assertThat(chain(qsd, "over").staleHeaders())
                    .extracting(BlockNode::label)
                    .containsExactly("over");
            qsd.ask(
                    "change-backing-file",
                    "{\"device\":\"over\",\"image-node-name\":\"snap2\",\"backing-file\":\"%s\"}"
                            .formatted(qsd.image("base")));
            assertThat(chain(qsd, "over").staleHeaders())
                    .extracting(BlockNode::label)
                    .containsExactlyInAnyOrder("over", "snap2");
        }
    }

    /** QEMU itself would reopen the image for writing. */
    @Test
    void leavesAReadOnlyDiskReadOnly() {
        try (TestDaemon qsd = TestDaemon.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.readOnly("active", "snap2");
        })) {
            for (BlockJobRequest request : List.of(PullRequest.of("active"), CommitRequest.of("active"))) {
                assertThat(ScriptedVm.failure(qsd.jobs.start(request)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("the active layer 'active' of disk active is read-only");
            }
            assertThat(qsd.run(CommitRequest.of("active").withTop("snap2").withBase("snap1"))
                            .completed())
                    .isTrue();
            assertThat(chain(qsd, "active").activeLayer().readOnly()).isTrue();
        }
    }
}
