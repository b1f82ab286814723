package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealStorageDaemon;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A real storage daemon with a chain of four images that all hold data of their own, on which there is no guest device. */
final class TestDaemon implements AutoCloseable {
    private final TempFolder folder = TempFolder.create("qmp4j-qsd");
    final DiskImages images = new DiskImages(folder.path());

    /** What a reader of the chain sees before anything is done, as an independent raw image. */
    final Path before;

    final RealStorageDaemon daemon;
    final QmpClient client;
    final BlockJobs jobs;

    private TestDaemon(Consumer<? super Nodes> nodes, List<String> more) {
        before = FilledChain.in(images, false);
        Nodes described = new Nodes(folder.path());
        nodes.accept(described);
        List<String> arguments = new ArrayList<>(more);
        described.options.forEach(options -> arguments.addAll(List.of("--blockdev", options)));
        daemon = RealStorageDaemon.start(folder.path(), arguments);
        client = TestVm.get(QmpClient.connect(new QmpAddress.Unix(daemon.monitor()), QmpOptions.defaults()));
        // No test has a client of an export at work while a job starts.
        jobs = BlockJobs.of(client, BlockJobOptions.defaults().withIdleExports(true));
    }

    static TestDaemon start() {
        return start(Nodes::plainChain);
    }

    static TestDaemon start(Consumer<? super Nodes> nodes) {
        return start(nodes, List.of());
    }

    /** @param more arguments before those of the nodes */
    static TestDaemon start(Consumer<? super Nodes> nodes, List<String> more) {
        return new TestDaemon(nodes, more);
    }

    Path image(String name) {
        return folder.resolve(name + ".qcow2");
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    JsonNode ask(String command) {
        return daemon.oracle().execute(command);
    }

    JsonNode ask(String command, String argumentsJson) {
        return daemon.oracle().execute(command, argumentsJson);
    }

    BlockJob start(BlockJobRequest request) {
        return TestVm.get(jobs.start(request));
    }

    JobOutcome run(BlockJobRequest request) {
        return TestVm.get(start(request).outcome());
    }

    /** Exports a node under its own name, writable, as the export {@code NODE-export}. */
    void export(String node) {
        ask("nbd-server-start", "{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"" + path("nbd.sock") + "\"}}}");
        ask(
                "block-export-add",
                "{\"type\":\"nbd\",\"id\":\"%1$s-export\",\"node-name\":\"%1$s\",\"writable\":true}".formatted(node));
    }

    /** The node that each export is on. */
    Map<String, String> exports() {
        Map<String, String> nodes = new LinkedHashMap<>();
        ask("query-block-exports")
                .forEach(export -> nodes.put(
                        export.path("id").asText(), export.path("node-name").asText()));
        return nodes;
    }

    /** The files of the live chain below a node, by the second monitor. */
    List<String> liveChain(String node) {
        List<String> files = new ArrayList<>();
        for (JsonNode entry : ask("query-named-block-nodes")) {
            if (entry.path("node-name").asText().equals(node)) {
                for (JsonNode image = entry.path("image"); image.isObject(); image = image.path("backing-image")) {
                    files.add(String.valueOf(
                            Path.of(image.path("filename").asText()).getFileName()));
                }
            }
        }
        return files;
    }

    void assertNoJobsLeft() {
        assertThat(ask("query-jobs")).isEmpty();
    }

    /** Ends the daemon, so that its images are unlocked, and compares one with what was to be read at the start. */
    void assertUnchanged(Path image) {
        shutDown();
        images.check(image, "qcow2");
        assertThat(images.identical(before, "raw", image, "qcow2"))
                .as("%s holds what the chain held", image)
                .isTrue();
    }

    void shutDown() {
        jobs.close();
        client.close();
        daemon.close();
    }

    @Override
    public void close() {
        shutDown();
        folder.close();
    }
}
