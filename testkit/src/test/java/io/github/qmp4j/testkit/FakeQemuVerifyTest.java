package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FakeQemuVerifyTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void reportsAMismatchWithExpectedAndGotAndClosesTheConnection() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("job-pause", "{\"id\":\"a\"}")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"b\"}"))
                    .hasMessageContaining("QEMU closed the monitor");
            assertThatThrownBy(fake::verify)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected job-pause {\"id\":\"a\"}, got job-pause {\"id\":\"b\"}");
        }
    }

    @Test
    void reportsAnExpectationThatNobodyMet() {
        // case 61
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-jobs")
                        .reply("[]")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.greeting().has("QMP")).isTrue();
            assertThatThrownBy(fake::verify)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("client 1: never got query-jobs");
        }
    }

    @Test
    void reportsACommandAfterTheScriptsEnd() {
        try (FakeQemu fake = FakeQemu.script().negotiate().start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThatThrownBy(() -> monitor.execute("quit")).isInstanceOf(TestkitException.class);
            assertThatThrownBy(fake::verify).hasMessageContaining("expected nothing more, got quit");
        }
    }

    @Test
    void reportsInputThatIsNotACommand() throws Exception {
        try (FakeQemu fake =
                        FakeQemu.script().greet().expect("qmp_capabilities").start();
                LineChannel lines = LineChannel.open(fake.socket())) {
            lines.write("[1]\n".getBytes(StandardCharsets.UTF_8), Deadline.after(LONG));
            assertThat(lines.read(Deadline.after(LONG))).contains("QMP");
            assertThat(lines.read(Deadline.after(LONG))).isNull();
            assertThat(lines.ended()).isTrue();
            assertThatThrownBy(fake::verify).hasMessageContaining("not a command: [1]");
        }
    }

    @Test
    void reportsAnActionThatThrows() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .run(() -> {
                            throw new IllegalStateException("my own");
                        })
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThatThrownBy(() -> monitor.execute("quit")).isInstanceOf(TestkitException.class);
            assertThatThrownBy(fake::verify).hasMessageContaining("my own");
        }
    }

    @Test
    void refusesStepsThatNobodyCouldReach() {
        assertThatThrownBy(() -> FakeQemu.responding().event("STOP", "{}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Respond");
    }

    @Test
    void refusesAReplyWithNothingToReplyTo() {
        assertThatThrownBy(() -> FakeQemu.script().greet().reply()).isInstanceOf(IllegalStateException.class);
    }
}
