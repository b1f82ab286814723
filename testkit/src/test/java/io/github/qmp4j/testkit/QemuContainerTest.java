package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.utility.DockerImageName;

/** Needs a Docker engine; which versions it runs on says {@code qmp4j.versions}. */
@QemuVersions(containersOnly = true)
@Timeout(600)
class QemuContainerTest {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final long MIB = 1 << 20;

    @Test
    void isOfItsVersionAndItsMonitorIsFree(QemuContainer qemu, QemuPlace place) {
        qemu.withMachine("none").start();
        // Each takes the only slot and gives it back; one held by the container's own start would let the first wait.
        for (int client = 0; client < 3; client++) {
            try (RawMonitor monitor = RawMonitor.connect(qemu.monitor(), SOON)) {
                assertThat(version(monitor)).isEqualTo(place.version());
            }
        }
    }

    @Test
    void hasNoNetworkUnlessAskedForAndTheUserOfThisJvm(QemuContainer qemu, @TempDir Path mine) throws Exception {
        qemu.withMachine("none").start();
        InspectContainerResponse container =
                engine().inspectContainerCmd(qemu.getContainerId()).exec();
        assertThat(container.getHostConfig().getNetworkMode()).isEqualTo("none");
        assertThat(container.getConfig().getUser())
                .isEqualTo(Files.getAttribute(mine, "unix:uid") + ":" + Files.getAttribute(mine, "unix:gid"));
    }

    @Test
    void canBeStartedAgainAndLeavesNothing(QemuContainer qemu) {
        qemu.withMachine("none").start();
        Path first = qemu.monitor();
        String container = qemu.getContainerId();
        qemu.stop();
        assertThat(first.getParent()).doesNotExist();
        assertThatThrownBy(() -> engine().inspectContainerCmd(container).exec())
                .hasMessageContaining("No such container");
        assertThatThrownBy(qemu::monitor).hasMessageContaining("not started");
        qemu.start();
        RawMonitor.connect(qemu.monitor(), SOON).close();
    }

    @Test
    void runsAStorageDaemonOfAnImageByName(QemuPlace place) {
        try (QemuContainer daemon =
                new QemuContainer(DockerImageName.parse(QemuImage.of(place.version()))).withStorageDaemon()) {
            daemon.withBlockdev("driver=null-co,node-name=n0,size=1048576").start();
            try (RawMonitor monitor = daemon.connect()) {
                assertThat(monitor.execute("query-named-block-nodes")
                                .at("/0/node-name")
                                .asText())
                        .isEqualTo("n0");
                assertThatThrownBy(() -> monitor.execute("query-status"))
                        .isInstanceOf(QmpErrorException.class)
                        .hasMessageContaining("query-status");
            }
        }
    }

    @Test
    void opensImagesThatWerePreparedInside(QemuContainer qemu) {
        String name = "it's a base " + UUID.randomUUID() + ".qcow2";
        qemu.withImage(name, "qcow2", MIB)
                .withOverlay("top.qcow2", name, "qcow2")
                .withDisk("disk0", "top", "top.qcow2", "qcow2")
                .start();
        try (RawMonitor monitor = qemu.connect()) {
            JsonNode image = monitor.execute("query-block").at("/0/inserted/image");
            assertThat(image.path("virtual-size").asLong()).isEqualTo(MIB);
            assertThat(image.at("/backing-image/filename").asText()).isEqualTo(name);
        }
        assertThat(Path.of("/tmp", name)).doesNotExist();
    }

    @Test
    void writesToImagesOfThisMachineAndLosesNothingAtTheEnd(QemuContainer qemu, @TempDir Path folder) {
        DiskImages images = new DiskImages(folder);
        Path image = images.create("image.qcow2", "qcow2", MIB);
        qemu.withFolder(folder)
                .withDisk("disk0", "top", image.toString(), "qcow2")
                .start();
        try (RawMonitor monitor = qemu.connect()) {
            monitor.execute(
                    "human-monitor-command",
                    Json.object()
                            .put(
                                    "command-line",
                                    "qemu-io -d /machine/peripheral/disk0/virtio-backend \"write -P 7 0 64k\""));
        }
        qemu.stop();
        assertThat(images.holds(image, "qcow2", 7, 0, 65536)).isTrue();
    }

    @Test
    void quotesAQemuThatDoesNotLikeItsArguments(QemuContainer qemu, QemuPlace place) {
        assertThatThrownBy(() -> qemu.withDevice("no-such-device").start())
                .isInstanceOf(ContainerLaunchException.class)
                .hasMessageContaining("QEMU " + place.version() + " ended with status 1")
                .hasMessageContaining("'no-such-device' is not a valid device model name")
                .hasMessageContaining("-device no-such-device");
    }

    @Test
    void quotesAPreparationThatFails(QemuContainer qemu) {
        assertThatThrownBy(() -> qemu.withImage("x.img", "no-such-format", MIB).start())
                .isInstanceOf(ContainerLaunchException.class)
                .hasMessageContaining("Unknown file format 'no-such-format'");
    }

    @Test
    void givesUpOnAQemuThatDoesNotGreet(QemuContainer qemu) {
        qemu.withPreparation("sleep", "600").withStartupTimeout(Duration.ofSeconds(1));
        assertThatThrownBy(qemu::start)
                .isInstanceOf(ContainerLaunchException.class)
                .hasMessageContaining("does not greet");
        assertThat(qemu.isRunning()).isFalse();
    }

    @Test
    void putsItsMonitorOnALoopbackPortOfThisMachine(QemuContainer qemu, QemuPlace place) {
        qemu.withMachine("none").withMonitorOverTcp().withNetworkMode("host").start();
        assertThat(qemu.monitorAddress().getAddress().isLoopbackAddress()).isTrue();
        for (int client = 0; client < 3; client++) {
            try (RawMonitor monitor = RawMonitor.connect(qemu.monitorAddress(), SOON)) {
                assertThat(version(monitor)).isEqualTo(place.version());
            }
        }
        assertThatThrownBy(qemu::monitor).hasMessageContaining("monitorAddress()");
    }

    @Test
    void isLabelledSoThatARunCanRemoveWhatIsItsOwn(QemuContainer qemu) {
        qemu.withMachine("none").start();
        List<String> found = engine()
                .listContainersCmd()
                .withLabelFilter(Map.of("io.github.qmp4j.run", System.getProperty("qmp4j.run", "")))
                .exec()
                .stream()
                .map(each -> each.getId())
                .toList();
        assertThat(found).contains(qemu.getContainerId());
    }

    private static String version(RawMonitor monitor) {
        JsonNode version = monitor.greeting().at("/QMP/version/qemu");
        return version.path("major") + "." + version.path("minor");
    }

    private static DockerClient engine() {
        return DockerClientFactory.instance().client();
    }
}
