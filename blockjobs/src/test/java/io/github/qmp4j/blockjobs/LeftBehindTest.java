package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is no job and was left behind is found, and is settled, or only where a person can do it named. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LeftBehindTest {
    private static final String TARGET = "copy-target-abc123";

    private static Finding only(TestVm vm, Kind kind) {
        List<Finding> found = get(vm.jobs.reconcile());
        assertThat(found).hasSize(1);
        assertThat(found.get(0).kind()).isEqualTo(kind);
        return found.get(0);
    }

    private static void assertNobodyCanSettle(TestVm vm, Finding found) {
        assertThat(found.command()).isEmpty();
        assertThat(ScriptedVm.failure(vm.jobs.resolve(found)))
                .isInstanceOf(BlockJobException.class)
                .hasMessageContaining("nothing can be done here about " + found.name())
                .hasMessageContaining(found.what());
    }

    private static void assertNoLongerSo(TestVm vm, Finding found) {
        assertThat(ScriptedVm.failure(vm.jobs.resolve(found)))
                .isInstanceOf(BlockJobException.class)
                .hasMessageContaining("no longer, as it was found")
                .hasMessageContaining("reconcile again");
    }

    private static List<String> nodes(TestVm vm) {
        return vm.ask("query-named-block-nodes", "{\"flat\":true}").findValuesAsText("node-name");
    }

    /** The nodes that have a bitmap, by the second monitor. */
    private static List<String> nodesWithBitmap(TestVm vm) {
        List<String> nodes = new ArrayList<>();
        for (JsonNode node : vm.ask("query-named-block-nodes", "{\"flat\":true}")) {
            if (!node.path("dirty-bitmaps").isEmpty()) {
                nodes.add(node.path("node-name").asText());
            }
        }
        return nodes;
    }

    private static String header(TestVm vm, String image) {
        vm.shutDown();
        return vm.images.info(vm.image(image), "qcow2").path("backing-filename").asText();
    }

    private static void rewrite(TestVm vm, String image, String header) {
        vm.ask(
                "change-backing-file",
                "{\"device\":\"active\",\"image-node-name\":\"%s\",\"backing-file\":\"%s\"}".formatted(image, header));
    }

    @Test
    void aNodeOfACopyIsRemovedAndOthersAreNot() {
        try (TestVm vm = TestVm.start()) {
            for (String name : List.of(TARGET, TARGET + "-file", "copy-look-xyz789", "somebodys", "copy-target-ab")) {
                vm.ask("blockdev-add", "{\"node-name\":\"%s\",\"driver\":\"null-co\"}".formatted(name));
            }
            List<Finding> found = get(vm.jobs.reconcile());
            assertThat(found).extracting(Finding::kind).containsOnly(Kind.NODE);
            assertThat(found)
                    .extracting(Finding::name)
                    .containsExactlyInAnyOrder(TARGET, TARGET + "-file", "copy-look-xyz789");
            found.forEach(one -> assertThat(get(vm.jobs.resolve(one))).isEmpty());
            assertThat(get(vm.jobs.reconcile())).isEmpty();
            assertThat(nodes(vm))
                    .contains("somebodys", "copy-target-ab")
                    .doesNotContain(TARGET, TARGET + "-file", "copy-look-xyz789");
        }
    }

    @Test
    void aNodeOfACopyStaysWhereSomebodyUsesIt() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("blockdev-add", "{\"node-name\":\"%s\",\"driver\":\"null-co\",\"size\":1048576}".formatted(TARGET));
            Finding found = only(vm, Kind.NODE);
            assertThat(found.what()).contains("uses it now; unless a start that is under way needs it");
            vm.ask(
                    "nbd-server-start",
                    "{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"%s\"}}}".formatted(vm.path("nbd")));
            vm.ask("block-export-add", "{\"id\":\"e\",\"type\":\"nbd\",\"node-name\":\"%s\"}".formatted(TARGET));
            assertThat(get(vm.jobs.reconcile())).isEmpty();
            assertNoLongerSo(vm, found);
            assertThat(nodes(vm)).contains(TARGET);
        }
    }

    /** A job that copies may be about to use it. */
    @Test
    void aNodeOfACopyStaysWhileThereIsACopy() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("blockdev-add", "{\"node-name\":\"%s\",\"driver\":\"null-co\"}".formatted(TARGET));
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");
            BlockJob job = vm.start(copy);
            assertThat(get(vm.jobs.reconcile())).isEmpty();
            get(job.cancel());
            only(vm, Kind.NODE);
        }
    }

    /** A pull has such a filter too, and holds it. */
    @Test
    void aFilterThatAUserHasOpenedADiskWithIsLeftInPeace() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("blockdev-add", """
                    {"node-name":"somebodys","driver":"raw","file":{"driver":"copy-on-read","file":{"driver":"null-co"}}}""");
            assertThat(get(vm.jobs.reconcile())).isEmpty();
        }
    }

    @Test
    void aBitmapThatACrashLeftIsRemovedWhereItsImageMayBeWritten() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.readOnly("snap2", "snap1");
            nodes.qcow2("active", "snap2");
            crash(nodes);
        })) {
            assertThat(nodesWithBitmap(vm)).containsExactlyInAnyOrder("active", "snap2");
            List<Finding> found = get(vm.jobs.reconcile());
            assertThat(found).extracting(Finding::kind).containsOnly(Kind.BITMAP);
            assertThat(found).extracting(Finding::name).containsExactly("daily", "daily");
            Finding removable = found.get(0).command().isPresent() ? found.get(0) : found.get(1);
            Finding other = removable.equals(found.get(0)) ? found.get(1) : found.get(0);
            assertThat(removable.what()).contains("bitmap of active").contains("it will be removed");
            assertThat(get(vm.jobs.resolve(removable))).isEmpty();
            assertThat(nodesWithBitmap(vm)).containsExactly("snap2");
            assertThat(other.what()).contains("qemu-img bitmap --remove %s daily".formatted(vm.image("snap2")));
            assertNobodyCanSettle(vm, other);
            assertNoLongerSo(vm, removable);
        }
    }

    /** One QEMU stores the bitmaps of two images as it ends, and the next is killed while it uses them. */
    private static void crash(Nodes nodes) {
        for (boolean first : List.of(true, false)) {
            try (RealQemu qemu = RealQemu.builder()
                    .machine("none")
                    .blockdev(open(nodes, "snap2"))
                    .blockdev(open(nodes, "active"))
                    .start()) {
                if (first) {
                    for (String node : List.of("snap2", "active")) {
                        qemu.oracle()
                                .execute(
                                        "block-dirty-bitmap-add",
                                        "{\"node\":\"%s\",\"name\":\"daily\",\"persistent\":true}".formatted(node));
                    }
                } else {
                    qemu.kill();
                    assertThat(qemu.awaitEnd(Duration.ofSeconds(10))).isTrue();
                }
            }
        }
    }

    private static String open(Nodes nodes, String name) {
        return "{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                .formatted(name, nodes.path(name));
    }

    @Test
    void aHeaderThatNamesAnotherImageThanTheGraphHasIsMended() {
        try (TestVm vm = TestVm.start()) {
            rewrite(vm, "snap2", "/elsewhere/other.qcow2");
            Finding found = only(vm, Kind.HEADER);
            assertThat(found.what()).contains("/elsewhere/other.qcow2").contains("snap1");
            get(vm.jobs.resolve(found));
            assertThat(get(vm.jobs.reconcile())).isEmpty();
            assertThat(header(vm, "snap2")).isEqualTo(vm.image("snap1").toString());
        }
    }

    @Test
    void aHeaderThatNamesNoneIsMended() {
        try (TestVm vm = TestVm.start()) {
            rewrite(vm, "active", "");
            Finding found = only(vm, Kind.HEADER);
            assertThat(found.what()).contains("names no backing file").contains("snap2");
            get(vm.jobs.resolve(found));
            assertThat(header(vm, "active")).isEqualTo(vm.image("snap2").toString());
        }
    }

    /** QEMU itself refuses to write it. */
    @Test
    void aHeaderThatNamesAnImageWhereThereIsNoneIsForAPerson() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("snap2", null);
            nodes.qcow2("active", "snap2");
        })) {
            Finding found = only(vm, Kind.HEADER);
            assertThat(found.what())
                    .contains(vm.image("snap1").toString())
                    .contains("its backing node is none")
                    .contains("qemu-img rebase -u");
            assertNobodyCanSettle(vm, found);
        }
    }

    /** It would undo what the commit has written, and the next start of QEMU would read a chain of the past. */
    @Test
    void aHeaderIsNotWrittenByAnEarlierViewOfItsChain() {
        try (TestVm vm = TestVm.start()) {
            rewrite(vm, "snap2", "/elsewhere/other.qcow2");
            Finding found = only(vm, Kind.HEADER);
            assertThat(vm.run(CommitRequest.of("disk0").withTop("snap1").withBase("base"))
                            .completed())
                    .isTrue();
            assertNoLongerSo(vm, found);
            assertThat(header(vm, "snap2")).isEqualTo(vm.image("base").toString());
        }
    }

    /** A name is not all that it takes to open the image below. */
    @Test
    void aHeaderThatCannotNameItsBackingNodeIsForAPerson() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.failing("snap1", "base", "read_aio", 5, true);
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            rewrite(vm, "snap2", "/elsewhere/other.qcow2");
            Finding found = only(vm, Kind.HEADER);
            assertThat(found.what()).contains("qemu-img rebase -u");
            assertNobodyCanSettle(vm, found);
        }
    }

    /** A job may be about to write them. */
    @Test
    void headersAreNotJudgedWhileThereIsAJob() {
        try (TestVm vm = TestVm.start()) {
            rewrite(vm, "active", "");
            Finding found = only(vm, Kind.HEADER);
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            assertThat(get(vm.jobs.reconcile())).isEmpty();
            assertNoLongerSo(vm, found);
            get(job.cancel());
        }
    }
}
