package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FakeQemuFaultsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void delaysWhatFollows() {
        Duration delay = Duration.ofMillis(150);
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-jobs")
                        .delay(delay)
                        .reply("[]")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            long before = System.nanoTime();
            monitor.execute("query-jobs");
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(delay.toNanos());
            fake.verify();
        }
    }

    @Test
    void endsAtOnceInTheMiddleOfADelay() throws Exception {
        long before;
        try (FakeQemu fake = FakeQemu.script().delay(Duration.ofSeconds(60)).start();
                LineChannel client = LineChannel.open(fake.socket())) {
            assertThat(client.read(Deadline.after(SHORT))).isNull();
            before = System.nanoTime();
        }
        assertThat(System.nanoTime() - before).isLessThan(LONG.toNanos());
        assertThatThrownBy(() -> FakeQemu.script().delay(Duration.ofSeconds(61)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void floodsWithNumberedEventsBeforeTheReply() {
        int events = 20_000;
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .flood(events, "BLOCK_JOB_ERROR", n -> "{\"n\":" + n + "}")
                        .reply()
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            monitor.execute("query-status");
            assertThat(monitor.events()).hasSize(events);
            for (int n : List.of(0, 1, events - 1)) {
                assertThat(monitor.events().get(n).at("/data/n").asInt()).isEqualTo(n);
            }
        }
    }

    @Test
    void sendsTheSameGarbageForTheSameSeed() {
        assertThat(Garbage.of(64, 7)).hasSize(64).isEqualTo(Garbage.of(64, 7)).isNotEqualTo(Garbage.of(64, 8));
        assertThat(Garbage.of(1, 7)).containsExactly(0xff);
        try (FakeQemu fake = FakeQemu.script().garbage(64, 7).disconnect().start()) {
            assertThatThrownBy(() -> RawMonitor.connect(fake.socket(), LONG)).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void sendsHalfAReplyAndLeaves() throws Exception {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .replyHalf("{\"status\":\"running\"}")
                        .start();
                LineChannel client = LineChannel.open(fake.socket())) {
            write(client, "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-status\",\"id\":5}\n");
            assertThat(client.read(Deadline.after(LONG))).contains("QMP");
            assertThat(client.read(Deadline.after(LONG))).contains("return");
            assertThat(client.read(Deadline.after(LONG))).isNull();
            assertThat(client.ended()).isTrue();
            fake.verify();
        }
    }

    @Test
    void putsStrayCharactersBetweenMessages() throws Exception {
        try (FakeQemu fake = FakeQemu.script()
                        .stray("\r\n \t\n")
                        .negotiate()
                        .event("STOP", "{}")
                        .start();
                LineChannel client = LineChannel.open(fake.socket())) {
            write(client, "{\"execute\":\"qmp_capabilities\"}");
            assertThat(client.read(Deadline.after(LONG))).contains("QMP");
            assertThat(client.read(Deadline.after(LONG))).isEmpty();
            assertThat(client.read(Deadline.after(LONG))).isEmpty();
            assertThat(client.read(Deadline.after(LONG))).contains("return");
        }
    }

    @RepeatedTest(10)
    void isHeldByAnotherUntilThatOneIsDisconnected() throws Exception {
        try (FakeQemu fake = FakeQemu.busy();
                LineChannel waiting = LineChannel.open(fake.socket())) {
            assertThat(waiting.read(Deadline.after(Duration.ofMillis(50)))).isNull();
            assertThat(waiting.ended()).isFalse();
            fake.disconnect();
            assertThat(waiting.read(Deadline.after(LONG))).contains("QMP");
            write(waiting, "{\"execute\":\"qmp_capabilities\"}");
            assertThat(waiting.read(Deadline.after(LONG))).contains("return");
            fake.verify();
        }
    }

    @Test
    void repliesTwiceAndWithOtherIds() throws Exception {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-jobs")
                        .replyWithId("\"never-sent\"", "[1]")
                        .replyWithId(null, "[2]")
                        .replyTwice("[3]")
                        .start();
                LineChannel client = LineChannel.open(fake.socket())) {
            write(client, "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-jobs\",\"id\":5}");
            assertThat(client.read(Deadline.after(LONG))).contains("QMP");
            assertThat(client.read(Deadline.after(LONG))).contains("return");
            assertThat(client.read(Deadline.after(LONG))).isEqualTo("{\"return\":[1],\"id\":\"never-sent\"}");
            assertThat(client.read(Deadline.after(LONG))).isEqualTo("{\"return\":[2]}");
            assertThat(client.read(Deadline.after(LONG))).isEqualTo("{\"return\":[3],\"id\":5}");
            assertThat(client.read(Deadline.after(LONG))).isEqualTo("{\"return\":[3],\"id\":5}");
        }
    }

    private static void write(LineChannel client, String text) throws Exception {
        assertThat(client.write(text.getBytes(StandardCharsets.UTF_8), Deadline.after(LONG)))
                .isTrue();
    }
}
