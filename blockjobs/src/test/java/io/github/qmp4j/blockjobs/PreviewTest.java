package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.WireTrace;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A preview tells what a start sends and what becomes of the chain, and changes nothing. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PreviewTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CopyRequest copy(TestVm vm, CopyEngine engine, String format) {
        return CopyRequest.of("disk0", vm.path("copy").toString(), format).withEngine(engine);
    }

    private static CopyRequest ontoExisting(TestVm vm, CopyEngine engine) {
        vm.images.overlay("copy", vm.image("snap2"), "qcow2");
        return copy(vm, engine, "qcow2").withExtent(CopyExtent.TOP).withReuseExternal(true);
    }

    private static CopyRequest ontoNode(TestVm vm) {
        Path target = vm.images.create("copy", "qcow2", TestVm.SIZE);
        vm.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"mine","file":{"driver":"file","filename":"%s"}}""".formatted(target));
        return CopyRequest.of("disk0", new CopyTarget.Node("mine"));
    }

    private static Stream<Named<Function<TestVm, BlockJobRequest>>> requests() {
        JobSettings settings = JobSettings.defaults()
                .withSpeed(1L << 40)
                .withOnError(ErrorPolicy.REPORT)
                .withJobId(new JobId("mine"));
        return Stream.of(
                Named.of("pull", vm -> PullRequest.of("disk0")),
                Named.of(
                        "pull to a base",
                        vm -> PullRequest.of("disk0").withBase("base").withSettings(settings)),
                Named.of(
                        "pull into a middle node", vm -> PullRequest.of("disk0").withInto("snap2")),
                Named.of("commit of a middle node", vm -> CommitRequest.of("disk0")
                        .withTop("snap2")),
                Named.of("commit of the active layer", vm -> CommitRequest.of("disk0")
                        .withSettings(settings)),
                Named.of("drive-mirror", vm -> copy(vm, CopyEngine.DRIVE_MIRROR, "qcow2")
                        .withSettings(settings)),
                Named.of("drive-mirror, shallow", vm -> copy(vm, CopyEngine.DRIVE_MIRROR, "qcow2")
                        .withExtent(CopyExtent.TOP)),
                Named.of("blockdev-mirror", vm -> copy(vm, CopyEngine.BLOCKDEV_MIRROR, "qcow2")),
                Named.of("blockdev-mirror, raw", vm -> copy(vm, CopyEngine.BLOCKDEV_MIRROR, "raw")
                        .withUnmap(false)),
                Named.of("blockdev-mirror, shallow", vm -> copy(vm, CopyEngine.BLOCKDEV_MIRROR, "qcow2")
                        .withExtent(CopyExtent.TOP)),
                Named.of("blockdev-mirror onto a file", vm -> ontoExisting(vm, CopyEngine.BLOCKDEV_MIRROR)),
                Named.of("blockdev-mirror onto a node", PreviewTest::ontoNode));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void tellsWhatAStartSendsAndTheChainAfterIt(Function<TestVm, BlockJobRequest> made) {
        List<String> sent = new CopyOnWriteArrayList<>();
        try (TestVm vm = TestVm.start()) {
            BlockJobRequest request = made.apply(vm);
            Map<String, Object> before = everything(vm);
            JobPreview preview = TestVm.get(vm.jobs.preview(request));
            assertThat(everything(vm)).isEqualTo(before);
            assertThat(files(preview.before())).isEqualTo(vm.liveChain());
            request.settings().jobId().ifPresent(id -> assertThat(preview.job()).isEqualTo(id));

            vm.jobs.close();
            vm.client.close();
            try (QmpClient client = traced(vm, sent);
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                BlockJob job = TestVm.get(jobs.start(request));
                boolean isCopyOrActive = request instanceof CopyRequest
                        || (request instanceof CommitRequest commit
                                && commit.top().isEmpty());
                JobOutcome outcome = TestVm.get(isCopyOrActive ? job.pivot() : job.outcome());
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
                assertThat(outcome.invalidated())
                        .extracting(BlockNode::label)
                        .isEqualTo(preview.invalidated().stream()
                                .map(BlockNode::label)
                                .toList());
            }
            assertThat(files(preview.after())).isEqualTo(vm.liveChain());
            assertThat(changes(sent)).startsWith(shown(preview).toArray(String[]::new));
        }
    }

    @Test
    void leavesTheDiskWhereItIsIfTheRequestSaysFinish() {
        try (TestVm vm = TestVm.start()) {
            CommitRequest request = CommitRequest.of("disk0").withWhenReady(WhenReady.FINISH);
            JobPreview preview = TestVm.get(vm.jobs.preview(request));
            assertThat(preview.after()).isEqualTo(preview.before());
            assertThat(preview.invalidated()).extracting(BlockNode::label).containsExactly("snap2", "snap1");
        }
    }

    @Test
    void isRefusedLikeAStart() {
        try (TestVm vm = TestVm.start()) {
            vm.images.create("there.qcow2", "qcow2", TestVm.SIZE);
            Map<String, Object> before = everything(vm);
            CopyRequest onto = CopyRequest.of("disk0", vm.path("there.qcow2").toString(), "qcow2");
            assertThat(ScriptedVm.failure(vm.jobs.preview(onto))).hasMessageContaining("exists");
            assertThat(ScriptedVm.failure(
                            vm.jobs.preview(onto.withExtent(CopyExtent.TOP).withReuseExternal(true))))
                    .hasMessageContaining("header of the target");
            assertThat(ScriptedVm.failure(vm.jobs.preview(PullRequest.of("disk9"))))
                    .isInstanceOf(BlockChainException.class);
            assertThat(everything(vm)).isEqualTo(before);

            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(1)));
            assertThat(ScriptedVm.failure(vm.jobs.preview(CommitRequest.of("disk0"))))
                    .isInstanceOf(JobConflictException.class)
                    .hasMessageContaining(job.id().value());
            TestVm.get(job.cancel());
        }
    }

    @Test
    void holdsNothing() {
        try (TestVm vm = TestVm.start()) {
            TestVm.get(vm.jobs.preview(PullRequest.of("disk0")));
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
        }
    }

    /** All that a start could change, by the second monitor and in the folder of the images. */
    private static Map<String, Object> everything(TestVm vm) {
        Map<String, Object> all = new TreeMap<>();
        for (String query : List.of("query-named-block-nodes", "query-block", "query-jobs", "query-block-jobs")) {
            all.put(query, vm.ask(query));
        }
        try (Stream<Path> files = Files.list(Path.of(vm.folderName()))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file.toString(), Files.getLastModifiedTime(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static List<String> files(BlockChain chain) {
        return chain.nodes().stream()
                .map(node -> node.nodeName()
                        .filter("mine"::equals)
                        .map(mine -> "copy")
                        .orElse(Path.of(node.file()).getFileName().toString()))
                .toList();
    }

    private static QmpClient traced(TestVm vm, List<String> sent) {
        return TestVm.get(QmpClient.connect(
                new QmpAddress.Unix(vm.qemu.monitor()),
                QmpOptions.defaults().withTrace((time, way, connection, json) -> {
                    if (way == WireTrace.Direction.SENT) {
                        sent.add(json);
                    }
                })));
    }

    /** The commands of a trace that change anything; what is added and removed again to look at a target changes nothing. */
    private static List<String> changes(List<String> sent) {
        List<String> changes = new ArrayList<>();
        for (String line : sent) {
            JsonNode command = json(line);
            String name = command.path("execute").asText();
            boolean looks = command.at("/arguments/node-name").asText().matches("(probe|copy-look|header-proof)-.*")
                    || command.at("/arguments/device").asText().startsWith("header-proof-")
                    || command.at("/arguments/id").asText().equals("qmp4j-header-turn");
            if (!name.contains("query-") && !name.equals("qom-list") && !name.equals("qmp_capabilities") && !looks) {
                changes.add(line(name, command.path("arguments")));
            }
        }
        return changes;
    }

    private static List<String> shown(JobPreview preview) {
        return preview.commands().stream()
                .map(command -> line(command.name(), command.arguments()))
                .toList();
    }

    private static String line(String name, JsonNode arguments) {
        Object sorted = JSON.convertValue(arguments, TreeMap.class);
        return (name + " " + sorted).replaceAll("\\b((?:pull|commit|copy|create)-\\w+)-[0-9a-z]{6}\\b", "$1-RANDOM");
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }
}
