package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that arrive in a real QEMU and work there (R12). What QEMU has open is read from {@code /proc}. */
@QemuVersions
@Timeout(600)
class RealQemuDescriptorTest {
    private static final long SIZE = 1 << 20;
    private static final int PATTERN = 0xAB;
    private static final int RUNS = Boolean.getBoolean("qmp4j.full") ? 500 : 100;

    @TempDir
    private Path folder;

    private RealQemu qemu;
    private QmpClient client;

    @BeforeEach
    void start() {
        qemu = RealQemu.builder().machine("none").start();
        client = QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults())
                .join();
    }

    @AfterEach
    void stop() {
        client.close();
        qemu.close();
    }

    @Test
    void addFdGivesQemuAnImageThatNoPathLeadsTo() throws IOException {
        DiskImages images = new DiskImages(folder);
        Path image = images.create("disk.qcow2", "qcow2", SIZE);
        images.write(image, "qcow2", PATTERN, 0, SIZE);
        QmpDescriptor descriptor = QmpDescriptor.open(image);
        Files.delete(image);

        client.execute(addFd(1), descriptor).join();
        addNode("qcow2", true);

        // QEMU writes what its qemu-io says to its stdout, and that is sure to be there when it has ended.
        hmp("qemu-io node \"read -P %d 0 %d\"".formatted(PATTERN, SIZE));
        qemu.close();
        assertThat(qemu.stderr())
                .contains("read %d/%d bytes at offset 0".formatted(SIZE, SIZE))
                .doesNotContain("failed");
    }

    @Test
    void qemuWritesThroughADescriptorThatWasOpenedToWrite() throws IOException {
        DiskImages images = new DiskImages(folder);
        Path image = images.create("disk.raw", "raw", SIZE);

        client.execute(addFd(1), QmpDescriptor.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE))
                .join();
        addNode("raw", false);
        hmp("qemu-io node \"write -P %d 4096 8192\"".formatted(PATTERN));
        qemu.close();

        assertThat(images.holds(image, "raw", PATTERN, 4096, 8192)).isTrue();
        assertThat(images.holds(image, "raw", 0, 0, 4096)).isTrue();
    }

    @Test
    void getfdKeepsTheFileOpenInQemuAndNotHere() throws IOException {
        Path file = file("named");
        QmpDescriptor descriptor = QmpDescriptor.open(file);
        assertThat(OpenFiles.here(file)).isEqualTo(1);

        client.execute(QmpCommand.of("getfd").with("fdname", "mine"), descriptor)
                .join();

        assertThat(OpenFiles.here(file)).isZero();
        assertThat(OpenFiles.in(qemu.process(), file)).isEqualTo(1);
        client.execute(QmpCommand.of("closefd").with("fdname", "mine")).join();
        assertThat(OpenFiles.in(qemu.process(), file)).isZero();
    }

    @Test
    void aCommandRightBehindSeesTheDescriptor() throws IOException {
        CompletableFuture<JsonNode> named =
                client.execute(QmpCommand.of("getfd").with("fdname", "mine"), QmpDescriptor.open(file("named")));
        CompletableFuture<JsonNode> closed =
                client.execute(QmpCommand.of("closefd").with("fdname", "mine"));

        assertThat(closed.join()).isEmpty();
        assertThat(named.join()).isEmpty();
    }

    @Test
    void getfdWithoutADescriptorIsRefusedByQemu() {
        assertThatThrownBy(() -> client.execute(QmpCommand.of("getfd").with("fdname", "mine"))
                        .join())
                .cause()
                .isInstanceOf(QmpCommandException.class)
                .hasMessageContaining("No file descriptor supplied via SCM_RIGHTS");
    }

    @Test
    void aRefusedDescriptorIsOpenNeitherHereNorInQemu() throws IOException {
        Path file = file("refused");
        // QEMU's names of descriptors must not begin with a digit.
        assertThatThrownBy(() -> client.execute(QmpCommand.of("getfd").with("fdname", "7"), QmpDescriptor.open(file))
                        .join())
                .cause()
                .isInstanceOf(QmpCommandException.class);

        assertThat(OpenFiles.here(file)).isZero();
        assertThat(OpenFiles.in(qemu.process(), file)).isZero();
    }

    @Test
    void eachOfManyDescriptorsInARowArrivesWithItsOwnCommand() throws IOException {
        List<CompletableFuture<JsonNode>> sets = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Path file = file("row" + i);
            sets.add(client.execute(addFd(i).with("opaque", file.toString()), QmpDescriptor.open(file)));
        }
        sets.forEach(CompletableFuture::join);

        assertEachSetLeadsToTheFileItNames(200);
    }

    @Test
    void descriptorsKeepTheirCommandsAmongAThousandOrdinaryOnes() throws IOException {
        List<CompletableFuture<JsonNode>> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(client.execute(QmpCommand.of("query-version")));
            if (i % 20 == 0) {
                Path file = file("among" + i);
                all.add(client.execute(addFd(i).with("opaque", file.toString()), QmpDescriptor.open(file)));
            }
        }
        all.forEach(CompletableFuture::join);

        assertEachSetLeadsToTheFileItNames(50);
    }

    @Test
    void eachArrivesWithItsOwnCommandAlthoughQemuReadsAheadWithOutOfBand() throws IOException {
        client.close();
        client = QmpClient.connect(
                        new QmpAddress.Unix(qemu.monitor()),
                        QmpOptions.defaults().withOutOfBand(true))
                .join();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                client.execute(QmpCommand.of("query-version")).join();
                // Refused, since nothing migrates; that it is executed out of band is what counts.
                client.executeOob(QmpCommand.of("migrate-pause"))
                        .handle((reply, refused) -> refused)
                        .join();
            }
        });
        List<CompletableFuture<JsonNode>> all = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            Path file = file("ahead" + i);
            all.add(client.execute(addFd(i).with("opaque", file.toString()), QmpDescriptor.open(file)));
            all.add(client.execute(QmpCommand.of("query-name")));
        }
        all.forEach(CompletableFuture::join);
        over.set(true);
        meanwhile.join();

        assertEachSetLeadsToTheFileItNames(RUNS);
    }

    @Test
    void aLineLongerThanTheSocketsBufferTakesItsDescriptorAlong() throws IOException {
        Path file = file("long");
        String opaque = "x".repeat(512 << 10);
        CompletableFuture<JsonNode> set = client.execute(addFd(1).with("opaque", opaque), QmpDescriptor.open(file));
        CompletableFuture<JsonNode> behind = client.execute(QmpCommand.of("query-status"));

        int number = set.join().get("fd").asInt();
        assertThat(OpenFiles.behind(qemu.process(), number)).isEqualTo(file);
        assertThat(behind.join().has("running")).isTrue();
        assertThat(sets().get(0).at("/fds/0/opaque").asText()).isEqualTo(opaque);
        assertThat(OpenFiles.here(file)).isZero();
    }

    private void assertEachSetLeadsToTheFileItNames(int count) {
        JsonNode sets = sets();
        assertThat(sets).hasSize(count);
        for (JsonNode set : sets) {
            JsonNode only = set.at("/fds/0");
            Path named = Path.of(only.get("opaque").asText());
            assertThat(OpenFiles.behind(qemu.process(), only.get("fd").asInt())).isEqualTo(named);
            assertThat(OpenFiles.in(qemu.process(), named)).isEqualTo(1);
            assertThat(OpenFiles.here(named)).isZero();
        }
    }

    private JsonNode sets() {
        return qemu.oracle().execute("query-fdsets");
    }

    private void addNode(String format, boolean readOnly) {
        client.execute(QmpCommand.of("blockdev-add")
                        .with("driver", format)
                        .with("node-name", "node")
                        .with("read-only", readOnly)
                        .with("file", Map.of("driver", "file", "filename", "/dev/fdset/1")))
                .join();
    }

    private void hmp(String line) {
        JsonNode said = client.execute(QmpCommand.of("human-monitor-command").with("command-line", line))
                .join();
        assertThat(said.asText()).isEmpty();
    }

    private static QmpCommand<JsonNode> addFd(int set) {
        return QmpCommand.of("add-fd").with("fdset-id", set);
    }

    private Path file(String name) throws IOException {
        return Files.createFile(folder.resolve(name)).toRealPath();
    }
}
