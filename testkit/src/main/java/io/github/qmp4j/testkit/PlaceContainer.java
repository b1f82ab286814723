package io.github.qmp4j.testkit;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A container that waits for programs to be run in it, as if they ran here.
 *
 * <p>It has this machine's network, and the folder for temporary files at the same path, so that sockets, ports and images mean the
 * same on both sides. It ends with {@link #close()}, and at the latest with this JVM, however that ends.
 */
final class PlaceContainer implements AutoCloseable {
    private static final List<String> PROGRAMS = List.of("qemu-system-x86_64", "qemu-storage-daemon");
    private static final List<String> SCRIPTS = List.of("in-container.sh", "container-guard.sh");
    /** Of the container; the pipe ends when this JVM closes it, or is gone. */
    private static final String UNTIL_THE_PIPE_ENDS = "read -r _ <\"$1\"";

    private final TempFolder folder;
    private final RandomAccessFile alive;
    private final GenericContainer<?> container;
    private final QemuPlace place;

    private PlaceContainer(TempFolder folder, String version, String image) {
        this.folder = folder;
        this.alive = pipe(folder.resolve("alive"));
        this.place = QemuPlace.container(version, folder.path());
        this.container = new GenericContainer<>(DockerImageName.parse(image))
                .withImagePullPolicy(built -> false)
                .withNetworkMode("host")
                .withLabels(Engine.labels(version))
                .withCommand(
                        "/bin/sh",
                        "-c",
                        UNTIL_THE_PIPE_ENDS,
                        "sh",
                        folder.resolve("alive").toString())
                .withCreateContainerCmdModifier(this::describe);
    }

    static PlaceContainer start(String version) {
        if (!isOnPath("docker")) {
            throw new TestkitException(
                    "QEMU " + version + " in a container was asked for, and the client of Docker, the program"
                            + " \"docker\", is not on the PATH: install it, or ask for local QEMU only");
        }
        String image = QemuImage.of(version);
        PlaceContainer started = new PlaceContainer(TempFolder.create("place"), version, image);
        try {
            started.container.start();
            started.writePrograms();
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    QemuPlace place() {
        return place;
    }

    /** Ends it with all that still runs in it. */
    @Override
    public void close() {
        try (folder;
                alive) {
            container.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Open for both, since opening for writing alone waits for a reader. */
    private static RandomAccessFile pipe(Path path) {
        new Tool("mkfifo").run(List.of(path.toString())).orThrow();
        try {
            return new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void describe(CreateContainerCmd command) {
        String temporary = Objects.requireNonNull(folder.path().getParent()).toString();
        HostConfig host = Engine.asThisUser(command, folder.path())
                .withAutoRemove(true)
                .withBinds(new Bind(temporary, new Volume(temporary)));
        command.withHostConfig(host);
    }

    private void writePrograms() {
        Path run = folder.resolve(SCRIPTS.get(0));
        try {
            for (String script : SCRIPTS) {
                try (InputStream resource = PlaceContainer.class.getResourceAsStream(script)) {
                    Files.copy(Objects.requireNonNull(resource, script), folder.resolve(script));
                }
            }
            for (String program : PROGRAMS) {
                Path file = Files.writeString(folder.resolve(program), """
                        #!/bin/sh
                        DOCKER_HOST='%s' exec /bin/sh '%s' %s %s "$@"
                        """.formatted(
                                Engine.address(), run, container.getContainerId(), program));
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOnPath(String program) {
        String path = Map.copyOf(System.getenv()).getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }
}
