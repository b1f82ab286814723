package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import io.github.qmp4j.testkit.TestkitException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A real QEMU with one disk, {@code disk0}, on a chain of four images that all hold data of their own. */
final class TestVm implements AutoCloseable {
    static final long MIB = 1 << 20;
    static final long SIZE = 64 * MIB;

    private final TempFolder folder = TempFolder.create("qmp4j-vm");
    final DiskImages images = new DiskImages(folder.path());

    /** What the guest saw before anything was done, as an independent raw image. */
    final Path before;

    final RealQemu qemu;
    final QmpClient client;
    final BlockJobs jobs;

    private TestVm(boolean relative, Consumer<? super Nodes> nodes, Consumer<? super RealQemuBuilder> more) {
        before = FilledChain.in(images, relative);
        Nodes described = new Nodes(folder.path());
        nodes.accept(described);
        RealQemuBuilder builder = RealQemu.builder();
        described.options.forEach(builder::blockdev);
        described.devices.forEach(builder::device);
        builder.in(folder.path());
        more.accept(builder);
        qemu = builder.start();
        client = get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
        jobs = BlockJobs.of(client, BlockJobOptions.defaults());
    }

    static TestVm start() {
        return start(Nodes::plainChain);
    }

    static TestVm start(Consumer<? super Nodes> nodes) {
        return new TestVm(false, nodes, builder -> {});
    }

    static TestVm start(Consumer<? super Nodes> nodes, Consumer<? super RealQemuBuilder> more) {
        return new TestVm(false, nodes, more);
    }

    /** One disk, {@code drive0}, on a chain of names that are relative everywhere. */
    static TestVm startRelative() {
        return new TestVm(true, nodes -> {}, builder -> builder.arguments(
                        "-drive", "if=none,id=drive0,format=qcow2,file=active.qcow2")
                .device("virtio-blk-pci,drive=drive0"));
    }

    Path image(String name) {
        return folder.resolve(name + ".qcow2");
    }

    String folderName() {
        return folder.path().toString();
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** Waits for a future, at most 30 s. */
    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(3, TimeUnit.MINUTES);
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

    /** QEMU can be gone before its answer is read. */
    void quit() {
        try {
            ask("quit");
        } catch (TestkitException reset) {
            if (!qemu.awaitEnd(Duration.ofSeconds(10))) {
                throw reset;
            }
        }
    }

    /** Asks the second monitor, which knows nothing of the code under test. */
    JsonNode ask(String command) {
        return qemu.oracle().execute(command);
    }

    JsonNode ask(String command, String argumentsJson) {
        return qemu.oracle().execute(command, argumentsJson);
    }

    /** The second monitor's view of the one block job there is. */
    JsonNode onlyJob() {
        JsonNode all = ask("query-block-jobs");
        assertThat(all).hasSize(1);
        return all.get(0);
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

    /** Skips the test where this QEMU does not have what a path through its schema names. */
    void assumeKnows(String path) {
        assumeTrue(qemu.knows(path), qemu.doesNotKnow(path));
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

    /** The same of an image that QEMU could not flush at its end either: clusters may have leaked, which does no harm. */
    void assertSameData(Path image) {
        shutDown();
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
