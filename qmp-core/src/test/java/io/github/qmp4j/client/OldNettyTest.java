package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.FakeQemu;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A build that forces an older Netty, as Spring Boot 3 does, is told so in one sentence. */
@Timeout(60)
class OldNettyTest {
    /** What of Netty 4.2 this library uses, and 4.1 has not. */
    private static final Set<String> NEW = Set.of(
            "io/netty/channel/IoHandlerFactory.class",
            "io/netty/channel/MultiThreadIoEventLoopGroup.class",
            "io/netty/channel/nio/NioIoHandler.class",
            "io/netty/channel/epoll/EpollIoHandler.class");

    private static final String VERSIONS = "META-INF/io.netty.versions.properties";

    @TempDir
    private Path folder;

    @Test
    void bothVersionsAreNamedAndTheSupervisorTriesOnce() throws Exception {
        try (FakeQemu fake = FakeQemu.responding().start()) {
            List<String> said = run(fake.socket());
            assertThat(said).hasSize(7);
            assertThat(said.subList(0, 5)).allSatisfy(line -> assertThat(line)
                    .contains("qmp4j needs Netty 4.2 or newer, and finds Netty 4.1.118.Final")
                    .contains("<netty.version>"));
            assertThat(said.subList(5, 7)).containsExactly("Failed", "Closed");
        }
    }

    private List<String> run(Path socket) throws IOException, InterruptedException {
        List<String> path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> entry.matches(".*/netty-[^/]*\\.jar")
                        ? aged(Path.of(entry)).toString()
                        : entry)
                .toList();
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        String.join(File.pathSeparator, path),
                        OldNetty.class.getName(),
                        socket.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    /** The same jar as 4.1 would have it. */
    private Path aged(Path jar) {
        Path aged = folder.resolve(jar.getFileName());
        try (JarFile source = new JarFile(jar.toFile());
                JarOutputStream target = new JarOutputStream(Files.newOutputStream(aged))) {
            for (JarEntry entry : Collections.list(source.entries())) {
                if (!NEW.contains(entry.getName())) {
                    byte[] bytes = source.getInputStream(entry).readAllBytes();
                    target.putNextEntry(new JarEntry(entry.getName()));
                    target.write(
                            entry.getName().equals(VERSIONS)
                                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                                            .replaceAll("version=4[^\\n]*", "version=4.1.118.Final")
                                            .getBytes(StandardCharsets.ISO_8859_1)
                                    : bytes);
                    target.closeEntry();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return aged;
    }
}
