package io.github.qmp4j.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;

/** The Docker engine, as Testcontainers finds it. */
final class Engine {
    /** What all images and containers of the testkit are labelled with, so that they can be found and removed. */
    static final String LABEL = "io.github.qmp4j.testkit";

    private static final String RUN = "io.github.qmp4j.run";

    private Engine() {}

    /** Labels for a container; the value of the system property {@code qmp4j.run} names those of one run of a build. */
    static Map<String, String> labels(String qemu) {
        return Map.of(LABEL, qemu, RUN, System.getProperty("qmp4j.run", ""));
    }

    /** Throws {@link TestkitException}, in one sentence, if there is no engine. */
    static DockerClient client() {
        try {
            return DockerClientFactory.instance().client();
        } catch (RuntimeException e) {
            String host = Objects.requireNonNullElse(System.getenv("DOCKER_HOST"), "not set");
            throw new TestkitException(
                    "QEMU in a container was asked for, and no Docker engine can be reached (DOCKER_HOST is " + host
                            + "): start one, or ask for local QEMU only",
                    e);
        }
    }

    /** What a Docker client takes as DOCKER_HOST to reach the same engine. */
    static URI address() {
        client();
        return DockerClientFactory.instance().getTransportConfig().getDockerHost();
    }

    /** Lets the container act on files as this JVM does: by the same user, unhindered by labels of SELinux. */
    static HostConfig asThisUser(CreateContainerCmd command, Path ownFile) {
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        try {
            command.withUser(Files.getAttribute(ownFile, "unix:uid") + ":" + Files.getAttribute(ownFile, "unix:gid"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see who owns " + ownFile, e);
        }
        return host.withSecurityOpts(List.of("label=disable"));
    }
}
