package io.github.qmp4j.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.BuildResponseItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

/**
 * The image with the QEMU of a version, built of the Dockerfile among the resources.
 *
 * <p>It stays with the engine, under a tag made of the version and a hash of all that it is built of, so it is built once and again
 * when one of these changes.
 */
final class QemuImage {
    /** The versions there is a Dockerfile for. */
    static final List<String> VERSIONS = List.of("5.2", "7.2", "10.0", "11.1");

    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();
    private static final int HASH_DIGITS = 12;

    private final DockerClient engine;
    private final String version;
    private final String dockerfile;

    private QemuImage(DockerClient engine, String version) {
        this.engine = engine;
        this.version = version;
        this.dockerfile = resource("qemu-" + version + ".Dockerfile");
    }

    /** Its name, once it is there: builds it, and pulls what it is based on, where needed. Takes a minute then. */
    static String of(String version) {
        if (!VERSIONS.contains(version)) {
            throw new TestkitException("there is no image of QEMU \"" + version + "\", only of " + VERSIONS
                    + "; name an image of your own for another one");
        }
        return KNOWN.computeIfAbsent(version, wanted -> new QemuImage(Engine.client(), wanted).provide());
    }

    private String provide() {
        String base = dockerfile
                .lines()
                .filter(line -> line.startsWith("FROM "))
                .findFirst()
                .orElseThrow()
                .substring("FROM ".length());
        String name = "qmp4j-qemu:" + version + "-" + hash(dockerfile + idOf(base));
        if (!isThere(name)) {
            build(name);
        }
        return name;
    }

    private String idOf(String base) {
        if (!isThere(base)) {
            try {
                new RemoteDockerImage(DockerImageName.parse(base)).get();
            } catch (Exception e) {
                throw failure("its base image " + base + " is not here and cannot be pulled: " + e.getMessage(), e);
            }
        }
        return Objects.requireNonNull(engine.inspectImageCmd(base).exec().getId());
    }

    private boolean isThere(String name) {
        try {
            engine.inspectImageCmd(name).exec();
            return true;
        } catch (NotFoundException missing) {
            return false;
        }
    }

    private void build(String name) {
        Queue<String> said = new ConcurrentLinkedQueue<>();
        try (TempFolder context = TempFolder.create("dockerfile");
                BuildImageResultCallback result = listeningTo(said)) {
            Path file = Files.writeString(context.resolve("Dockerfile"), dockerfile);
            // The build needs the packages' mirror; the host's network is there even where an engine has no bridge.
            engine.buildImageCmd(file.toFile())
                    .withNetworkMode("host")
                    .withTags(Set.of(name))
                    .withLabels(Map.of(Engine.LABEL, version))
                    .exec(result)
                    .awaitImageId();
        } catch (IOException | DockerException e) {
            throw failure(
                    "its build failed: " + e.getMessage() + "\n"
                            + String.join("", said).strip(),
                    e);
        }
    }

    private static BuildImageResultCallback listeningTo(Queue<String> said) {
        return new BuildImageResultCallback() {
            @Override
            public void onNext(BuildResponseItem item) {
                if (item.getStream() != null) {
                    said.add(item.getStream());
                }
                super.onNext(item);
            }
        };
    }

    private TestkitException failure(String why, Exception cause) {
        return new TestkitException(
                "there is no image of QEMU " + version + " with the Docker engine, and " + why, cause);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = QemuImage.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
