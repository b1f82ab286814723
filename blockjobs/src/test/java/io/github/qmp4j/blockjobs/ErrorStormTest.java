package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.Outgoing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * 20,000 errors a second, told to a program with a heap that cannot hold them. The event loop
 * works for a small part of the time of the storm only until it comes to another command.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ErrorStormTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final int PER_SECOND = 20_000;
    private static final int SECONDS = FULL ? 10 : 3;
    private static final int CALM_SECONDS = 1;
    private static final int BATCH = 100;
    private static final int SMALL_PART = 10;

    /** The progress each 500 ms, and what is asked because of the errors, which is at most 10 a second. */
    private static final int QUESTIONS_PER_SECOND = 12;

    private static final int MORE_QUESTIONS = 20;

    @ParameterizedTest
    @CsvSource({"ignore, running, false", "ignore, running, true", "stop, paused, false"})
    void staysSmallAndQuick(String action, String status, boolean userHangs) throws Exception {
        try (ScriptedVm vm = ScriptedVm.start()) {
            // The monitor serves one client at a time, and that is the program's.
            vm.client.close();
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger questions = new AtomicInteger();
            CompletableFuture<Void> begin = new CompletableFuture<>();
            count(vm, "query-jobs", questions);
            count(vm, "query-block-jobs", questions);
            vm.on("is-over", got -> List.of(Outgoing.reply(over.toString())));
            vm.on("begin", got -> {
                questions.set(0);
                begin.complete(null);
                return List.of(Outgoing.reply());
            });
            Process program = start(vm, userHangs);
            try {
                begin.get(3, TimeUnit.MINUTES);
                vm.ioStatus(action.equals("stop") ? "failed" : "ok");
                vm.job("commit", status);
                vm.tell("created", "running", status);
                Duration took = storm(vm, action);
                int asked = questions.get();
                vm.job("commit", "concluded", "Input/output error");
                vm.tell("running", "aborting", "concluded");
                over.set(true);
                Map<String, String> result = result(program);

                System.out.printf(
                        "%s, user hangs: %s: %d errors in %d ms, %d questions, at most %d us of work; %s%n",
                        action,
                        userHangs,
                        PER_SECOND * SECONDS,
                        took.toMillis(),
                        asked,
                        nanos(result, "worked").toNanos() / 1000,
                        result.get("report"));
                assertThat(result.get("end")).isEqualTo("Failed");
                assertThat(Long.parseLong(result.get("errors"))).isBetween(1L, (long) PER_SECOND * SECONDS);
                // A busy machine makes the storm longer.
                assertThat(asked).isLessThan(MORE_QUESTIONS + (int) (QUESTIONS_PER_SECOND * took.toMillis() / 1000));
                assertThat(nanos(result, "worked")).isBetween(Duration.ofNanos(1), took.dividedBy(SMALL_PART));
            } finally {
                program.destroyForcibly();
            }
        }
    }

    private static Duration nanos(Map<String, String> result, String what) {
        return Duration.ofNanos(Long.parseLong(result.get(what)));
    }

    private static void count(ScriptedVm vm, String query, AtomicInteger questions) {
        vm.on(query, got -> {
            questions.incrementAndGet();
            return vm.usualAnswer(got);
        });
    }

    private static Process start(ScriptedVm vm, boolean userHangs) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StormSession.class.getName(),
                        vm.qemu.socket().toString(),
                        Integer.toString(CALM_SECONDS),
                        Boolean.toString(userHangs))
                .redirectErrorStream(true)
                .start();
    }

    /** Sends them at their pace, and says how long it took. */
    private static Duration storm(ScriptedVm vm, String action) {
        String error = """
                {"timestamp":{"seconds":1,"microseconds":1},"event":"BLOCK_JOB_ERROR",\
                "data":{"device":"j","operation":"write","action":"%s"}}
                """.formatted(action);
        Outgoing batch = Outgoing.raw(error.repeat(BATCH));
        long start = System.nanoTime();
        IntStream.range(0, PER_SECOND * SECONDS / BATCH).forEach(i -> {
            long due = start + TimeUnit.SECONDS.toNanos(1) * i * BATCH / PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            vm.qemu.send(batch);
        });
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static Map<String, String> result(Process program) throws Exception {
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.contains("="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }
}
