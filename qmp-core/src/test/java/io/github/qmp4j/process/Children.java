package io.github.qmp4j.process;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.client.QmpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** What the kernel tells of the processes whose command lines name a monitor's folder: the child and its shell. */
final class Children {
    private Children() {}

    static Path folder(QmpClient client) {
        return Objects.requireNonNull(
                ((QmpAddress.Unix) client.address()).path().getParent());
    }

    static List<ProcessHandle> of(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(folder.toString()))
                .toList();
    }

    /** The child itself, not the shell that guards it. */
    static ProcessHandle child(Path folder) {
        return of(folder).stream()
                .filter(process -> program(process).startsWith("qemu-"))
                .findFirst()
                .orElseThrow();
    }

    private static String program(ProcessHandle process) {
        String first = commandLine(process).split("\0", 2)[0];
        return first.substring(first.lastIndexOf('/') + 1);
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
