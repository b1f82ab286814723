package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A real QEMU with one disk, {@code disk0}, on a chain of four images that all hold data of their own. */
final class TestVm implements AutoCloseable {
    static final long MIB = 1 << 20;
    static final long SIZE = 64 * MIB;
    private static final List<String> CHAIN = List.of("base", "snap1", "snap2", "active");

    private final TempFolder folder = TempFolder.create("qmp4j-vm");
    final DiskImages images = new DiskImages(folder.path());

    /** What the guest saw before anything was done, as an independent raw image. */
    final Path before;

    final RealQemu qemu;
    final QmpClient client;
    final BlockJobs jobs;

    private TestVm(Consumer<? super Nodes> nodes, Consumer<? super RealQemuBuilder> more) {
        Path below = images.create("base.qcow2", "qcow2", SIZE);
        images.write(below, "qcow2", 1, 0, 24 * MIB);
        for (int layer = 1; layer < CHAIN.size(); layer++) {
            below = images.overlay(CHAIN.get(layer) + ".qcow2", below, "qcow2");
            images.write(below, "qcow2", layer + 1, layer * (8 * MIB), 12 * MIB);
        }
        before = images.flatten(below, "qcow2", "before.raw");
        Nodes described = new Nodes(folder.path());
        nodes.accept(described);
        RealQemuBuilder builder = RealQemu.builder();
        described.options.forEach(builder::blockdev);
        builder.device("virtio-blk-pci,id=disk0,drive=active");
        more.accept(builder);
        qemu = builder.start();
        client = get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
        jobs = BlockJobs.of(client, BlockJobOptions.defaults());
    }

    static TestVm start() {
        return start(Nodes::plainChain);
    }

    static TestVm start(Consumer<? super Nodes> nodes) {
        return new TestVm(nodes, builder -> {});
    }

    static TestVm start(Consumer<? super Nodes> nodes, Consumer<? super RealQemuBuilder> more) {
        return new TestVm(nodes, more);
    }

    /** The block nodes that QEMU is started with, lowest first. */
    static final class Nodes {
        private final Path folder;
        private final List<String> options = new ArrayList<>();

        private Nodes(Path folder) {
            this.folder = folder;
        }

        void plainChain() {
            qcow2("base", null);
            qcow2("snap1", "base");
            qcow2("snap2", "snap1");
            qcow2("active", "snap2");
        }

        void qcow2(String name, @org.jspecify.annotations.Nullable String backing) {
            on(name, backing, "\"file\":{\"driver\":\"file\",\"filename\":\"" + path(name) + "\"}");
        }

        /** A node whose file fails with an error number: {@code event} is for example {@code read_aio}. */
        void failing(
                String name, @org.jspecify.annotations.Nullable String backing, String event, int errno, boolean once) {
            on(name, backing, """
                    "file":{"driver":"blkdebug","image":{"driver":"file","filename":"%s"},
                    "inject-error":[{"event":"%s","errno":%d,"once":%s,"immediately":false}]}""".formatted(path(name), event, errno, once));
        }

        private void on(String name, @org.jspecify.annotations.Nullable String backing, String file) {
            options.add("{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,%s}"
                    .formatted(name, backing == null ? "null" : '"' + backing + '"', file));
        }

        String path(String name) {
            return folder.resolve(name + ".qcow2").toString();
        }
    }

    Path image(String name) {
        return folder.resolve(name + ".qcow2");
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** Waits for a future, at most 30 s. */
    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the future gave no value", e);
        }
    }

    BlockJob start(BlockJobRequest request) {
        return get(jobs.start(request));
    }

    JobOutcome run(BlockJobRequest request) {
        return get(start(request).outcome());
    }

    /** Asks the second monitor, which knows nothing of the code under test. */
    JsonNode ask(String command) {
        return qemu.oracle().execute(command);
    }

    /** The file that the guest's disk is on, by the second monitor. */
    String activeFile() {
        return ask("query-block").get(0).path("inserted").path("file").asText();
    }

    /** The files of the live chain, by the second monitor, active layer first. */
    List<String> liveChain() {
        List<String> files = new ArrayList<>();
        for (JsonNode image = ask("query-block").get(0).path("inserted").path("image");
                image.isObject();
                image = image.path("backing-image")) {
            files.add(Path.of(image.path("filename").asText()).getFileName().toString());
        }
        return files;
    }

    void assertNoJobsLeft() {
        assertThat(ask("query-jobs")).isEmpty();
        assertThat(ask("query-block-jobs")).isEmpty();
    }

    /** Ends QEMU, so that its images are unlocked, and compares one with what the guest saw at the start. */
    void assertUnchanged(Path image) {
        shutDown();
        images.check(image, "qcow2");
        assertThat(images.identical(before, "raw", image, "qcow2"))
                .as("%s holds what the guest saw", image)
                .isTrue();
    }

    void shutDown() {
        jobs.close();
        client.close();
        qemu.close();
    }

    @Override
    public void close() {
        shutDown();
        folder.close();
    }
}
