package io.github.qmp4j.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run of the coverage-guided fuzzer in a JVM of its own: it instruments what it loads, and the tests beside it must not
 * be measured or slowed by that.
 */
record Jazzer(Class<?> target, String seeds) {
    private static final Pattern EXECUTIONS = Pattern.compile("(?m)^Done (\\d+) runs in (\\d+) second");
    private static final Pattern STATE = Pattern.compile("(?m)^#\\d+\\s+DONE\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)");
    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final int MOST_LINES = 60;

    /** What a run that found nothing did. */
    record Report(long executions, long seconds, long edges, long features, long corpus) {}

    /** Ends after so many executions or so much time, whichever is first; throws {@code AssertionError} with a finding. */
    Report fuzz(long executions, Duration limit) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(
                Path.of("target", "fuzz", target.getSimpleName()).toAbsolutePath());
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // Most inputs end in exceptions, and most of their price is the depth of the stack.
                "-XX:MaxJavaStackTraceDepth=16",
                "-XX:+EnableDynamicAgentLoading",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-Dio.netty.leakDetection.level=disabled",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer"));
        command.addAll(List.of(
                "--target_class=" + target.getName(),
                "--instrumentation_includes=" + String.join(File.pathSeparator, "io.github.qmp4j.**", JACKSON),
                // Hooks look for injections into shells and the like; in Netty they break its use of Unsafe.
                "--custom_hook_includes=io.github.qmp4j.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-dict=" + Path.of("src/test/resources/fuzz/qmp.dict").toAbsolutePath(),
                "-runs=" + executions,
                "-max_total_time=" + limit.toSeconds(),
                "-max_len=1024",
                // No input may take longer; most take microseconds.
                "-timeout=10",
                "-print_final_stats=1",
                corpus.toString(),
                Path.of("src/test/resources/fuzz", seeds).toAbsolutePath().toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(limit.plus(GRACE).toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the fuzzer did not end; its last words:\n" + lastLines(log));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(
                    "the fuzzer found something; keep its crash- file from %s as src/test/resources/fuzz/%s/NAME\n%s"
                            .formatted(folder, seeds, lastLines(log)));
        }
        return report(Files.readString(log));
    }

    private static final String JACKSON = "com.fasterxml.jackson.core.json.async.**";

    private static Report report(String log) {
        Matcher done = EXECUTIONS.matcher(log);
        Matcher state = STATE.matcher(log);
        if (!done.find() || !state.find()) {
            throw new AssertionError("the fuzzer did not say what it did:\n" + log);
        }
        return new Report(
                Long.parseLong(done.group(1)),
                Long.parseLong(done.group(2)),
                Long.parseLong(state.group(1)),
                Long.parseLong(state.group(2)),
                Long.parseLong(state.group(3)));
    }

    private static String lastLines(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()));
    }
}
