package io.github.qmp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** The file with the numbers of each version and test class; named by a system property, and not written where that is not set. */
final class VersionReport {
    private static final String PROPERTY = "qmp4j.versions.report";
    private static final String HEADER = "version,class,passed,failed,skipped,reason\n";

    /** The files that this JVM has begun; what an earlier run wrote there is gone. */
    private static final Set<Path> BEGUN = new HashSet<>();

    private VersionReport() {}

    static synchronized void add(String version, String testClass, int passed, int failed, int skipped, String reason) {
        String name = System.getProperty(PROPERTY);
        if (name == null) {
            return;
        }
        Path file = Path.of(name).toAbsolutePath();
        String row = "%s,%s,%d,%d,%d,\"%s\"%n"
                .formatted(version, testClass, passed, failed, skipped, reason.replace("\"", "\"\""));
        try {
            if (BEGUN.add(file)) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, HEADER);
            }
            Files.writeString(file, row, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
