package io.github.qmp4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Counts how the tests of a class end on one version; by their threads, which may be several. */
final class VersionTally implements TestWatcher {
    private final String version;
    private final String testClass;
    /** Guarded by {@code this}, as is what follows. */
    private int passed;

    private final List<String> failures = new ArrayList<>();
    /** How many tests were skipped for each reason. */
    private final Map<String, Integer> skipped = new TreeMap<>();

    VersionTally(String version, String testClass) {
        this.version = version;
        this.testClass = testClass;
    }

    @Override
    public synchronized void testSuccessful(ExtensionContext context) {
        passed++;
    }

    @Override
    public synchronized void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        failures.add(context.getDisplayName() + ": " + message(cause));
    }

    @Override
    public synchronized void testAborted(ExtensionContext context, @Nullable Throwable cause) {
        skipped.merge(message(cause).replaceFirst("^Assumption failed: ", ""), 1, Integer::sum);
    }

    @Override
    public synchronized void testDisabled(ExtensionContext context, Optional<String> reason) {
        skipped.merge(reason.orElse("no reason given"), 1, Integer::sum);
    }

    /** The version could not be had, which counts as a test. */
    synchronized void failed(Throwable cause) {
        failures.add(message(cause));
    }

    /** One row for what was run, and one for each reason not to run something. */
    synchronized void write() {
        if (passed + failures.size() > 0) {
            VersionReport.add(version, testClass, passed, failures.size(), 0, String.join("; ", failures));
        }
        skipped.forEach((reason, count) -> VersionReport.add(version, testClass, 0, 0, count, reason));
    }

    /** Its first line. */
    private static String message(@Nullable Throwable cause) {
        if (cause == null) {
            return "no reason given";
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElseThrow();
    }
}
