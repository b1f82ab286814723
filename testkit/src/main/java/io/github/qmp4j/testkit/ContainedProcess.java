package io.github.qmp4j.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds the process that runs in a container for one that was started here. See {@code in-container.sh}. */
final class ContainedProcess {
    static final String GUARD = "container-guard.sh";

    private ContainedProcess() {}

    /**
     * The process of the program itself, or the started one where it is the program. Only once the program has said something, since
     * it is there then.
     */
    static ProcessHandle behind(String program, ProcessHandle started) {
        Path folder = Path.of(program).getParent();
        if (folder == null || !Files.exists(folder.resolve(GUARD))) {
            return started;
        }
        // A container may count its processes again, so an id that its shell writes down would say nothing here.
        String guard = String.join("\0", "/bin/sh", folder.resolve(GUARD).toString(), Long.toString(started.pid()), "");
        List<ProcessHandle> programs = ProcessHandle.allProcesses()
                .filter(each -> commandLine(each).startsWith(guard))
                .flatMap(ProcessHandle::children)
                .filter(each -> !commandLine(each).startsWith(guard))
                .toList();
        if (programs.size() != 1) {
            throw new TestkitException("the process of " + program + " in its container cannot be identified: "
                    + programs + " may be it; the Docker engine must run on this machine");
        }
        return programs.get(0);
    }

    /** The words, each with a NUL after it; empty for a process that has ended. */
    private static String commandLine(ProcessHandle process) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
