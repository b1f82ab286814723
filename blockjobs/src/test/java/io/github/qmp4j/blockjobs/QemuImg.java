package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** {@code qemu-img} on images that a running QEMU has open and does not write to now. */
final class QemuImg {
    private QemuImg() {}

    /** How it ended, and what it said. */
    record Said(List<String> command, int exit, String text) {
        String orThrow() {
            if (exit != 0) {
                throw new AssertionError("%s ended with %d: %s".formatted(command, exit, text));
            }
            return text;
        }
    }

    static Said run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("qmp4j.qemu-img", "qemu-img")));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Said(command, process.waitFor(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The files of an image and of those below it, by their headers. */
    static List<String> chain(Path image) {
        try {
            JsonNode all = new ObjectMapper()
                    .readTree(run("info", "-U", "--backing-chain", "--output=json", image.toString())
                            .orThrow());
            return StreamSupport.stream(all.spliterator(), false)
                    .map(layer -> layer.path("filename").asText())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a guest would see of an image. */
    static byte[] raw(Path image, Path into) {
        run("convert", "-q", "-U", "-f", "qcow2", "-O", "raw", image.toString(), into.toString())
                .orThrow();
        try {
            return Files.readAllBytes(into);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
