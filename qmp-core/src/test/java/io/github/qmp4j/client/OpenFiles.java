package io.github.qmp4j.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The kernel's own word on who has a file open. */
final class OpenFiles {
    private OpenFiles() {}

    /** How many descriptors of this process lead to the file. */
    static long here(Path file) {
        return in("self", file);
    }

    /** How many descriptors of another process lead to the file. */
    static long in(ProcessHandle process, Path file) {
        return in(Long.toString(process.pid()), file);
    }

    /** Where a descriptor of a process leads to. */
    static Path behind(ProcessHandle process, int descriptor) {
        return target(Path.of("/proc", Long.toString(process.pid()), "fd", Integer.toString(descriptor)));
    }

    private static long in(String process, Path file) {
        try (Stream<Path> all = Files.list(Path.of("/proc", process, "fd"))) {
            return all.filter(each -> target(each).equals(file)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException closedMeanwhile) {
            return link;
        }
    }
}
