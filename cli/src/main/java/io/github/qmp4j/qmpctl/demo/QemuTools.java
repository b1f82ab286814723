package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs QEMU's image programs in a folder. */
record QemuTools(Path folder, Interruption interruption) {
    private static final List<String> NEEDED = List.of("qemu-system-x86_64", "qemu-img", "qemu-io");

    /** Throws {@link DemoException} with the packages to install if a program is missing. */
    static void requireAll() {
        List<String> missing = NEEDED.stream().filter(name -> !isOnPath(name)).toList();
        if (!missing.isEmpty()) {
            throw new DemoException(
                    ExitCode.FAILED,
                    "the demo needs %s; on Debian they are in the packages qemu-system-x86 and qemu-utils"
                            .formatted(String.join(", ", missing)));
        }
    }

    private static boolean isOnPath(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator)).anyMatch(entry -> Files.isExecutable(Path.of(entry, name)));
    }

    /** Throws {@link DemoException} with the output of the program if it fails. */
    void run(String program, String... arguments) throws IOException {
        Ended ended = start(program, arguments);
        if (ended.status() != 0) {
            throw new DemoException(
                    ExitCode.FAILED, "%s %s failed: %s".formatted(program, arguments[0], ended.output()));
        }
    }

    /** Waits for the program, and returns its status and output. */
    Ended start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, program, ".out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            process.getOutputStream().close();
            int status = interruption.await(process.onExit()).exitValue();
            return new Ended(
                    status, Files.readString(output, Charset.defaultCharset()).strip());
        } finally {
            process.destroyForcibly().onExit().join();
            Files.delete(output);
        }
    }

    /** The status and the output of an ended program. */
    record Ended(int status, String output) {}
}
