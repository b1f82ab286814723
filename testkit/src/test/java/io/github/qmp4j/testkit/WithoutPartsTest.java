package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens without the parts that not everybody needs, in JVMs of their own. */
@Timeout(300)
class WithoutPartsTest {
    @TempDir
    private Path folder;

    @Test
    void fakeAndRealQemuNeedJacksonOnly() throws Exception {
        Predicate<String> jacksonAndOurs = entry -> entry.contains("jackson")
                || entry.endsWith("classes")
                || entry.contains("testkit" + File.separator + "target");
        assertThat(run(BareProgram.class, jacksonAndOurs, System.getenv("PATH"), ""))
                .isEqualTo("fake: running\nreal: prelaunch\n");
    }

    @Test
    void anEngineThatCannotBeReachedIsToldInOneSentence() throws Exception {
        Path docker = Files.writeString(folder.resolve("docker"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwx------"));
        assertThat(run(AskingProgram.class, entry -> true, folder.toString(), "unix://" + folder.resolve("none.sock")))
                .isEqualTo(
                        "QEMU 7.2 (container): QEMU in a container was asked for, and no Docker engine can be reached"
                                + " (DOCKER_HOST is unix://" + folder.resolve("none.sock")
                                + "): start one, or ask for local QEMU only\n");
    }

    @Test
    void aMissingDockerClientIsToldInOneSentence() throws Exception {
        assertThat(run(AskingProgram.class, entry -> true, folder.toString(), ""))
                .isEqualTo(
                        "QEMU 7.2 (container): QEMU 7.2 in a container was asked for, and the client of Docker, the program"
                                + " \"docker\", is not on the PATH: install it, or ask for local QEMU only\n");
    }

    @Test
    void missingTestcontainersAreToldInOneSentence() throws Exception {
        Files.setPosixFilePermissions(
                Files.writeString(folder.resolve("docker"), "#!/bin/sh\n"),
                PosixFilePermissions.fromString("rwx------"));
        assertThat(run(AskingProgram.class, entry -> !entry.contains("testcontainers"), folder.toString(), ""))
                .isEqualTo(
                        "QEMU 7.2 (container): QEMU 7.2 in a container was asked for, and Testcontainers is not on the class"
                                + " path: add org.testcontainers:testcontainers\n");
    }

    private static String run(Class<?> program, Predicate<String> classPath, String path, String engine)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .filter(classPath)
                        .collect(Collectors.joining(File.pathSeparator)),
                program.getName());
        builder.environment().put("PATH", path);
        builder.environment().put("DOCKER_HOST", engine);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
