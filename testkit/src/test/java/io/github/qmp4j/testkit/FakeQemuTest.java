package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FakeQemuTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void playsAScriptFromGreetingToEvent() {
        try (FakeQemu fake = FakeQemu.script()
                        .greet(10, 0, 13)
                        .expect("qmp_capabilities")
                        .reply()
                        .expect("query-status")
                        .event("STOP", "{}")
                        .reply("{\"running\":true}")
                        .expect("job-pause", "{\"id\":\"j\"}")
                        .error("GenericError", "no")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.greeting().at("/QMP/version/qemu/major").asInt()).isEqualTo(10);
            assertThat(monitor.execute("query-status").path("running").asBoolean())
                    .isTrue();
            assertThat(monitor.events())
                    .extracting(e -> e.path("event").asText())
                    .containsExactly("STOP");
            assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"j\"}"))
                    .isInstanceOfSatisfying(
                            QmpErrorException.class, e -> assertThat(e.desc()).isEqualTo("no"));
            assertThat(fake.received())
                    .extracting(ReceivedCommand::name)
                    .containsExactly("qmp_capabilities", "query-status", "job-pause");
            fake.verify();
        }
    }

    @Test
    void sendsInPiecesThatStillMakeTheMessage() {
        try (FakeQemu fake = FakeQemu.script()
                        .split(1)
                        .negotiate()
                        .expect("query-status")
                        .split(7)
                        .reply("{\"status\":\"é€😀\"}")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.execute("query-status").path("status").asText()).isEqualTo("é€😀");
            fake.verify();
        }
    }

    @Test
    void repliesOutOfOrderToTheRightIds() throws Exception {
        try (FakeQemu fake = FakeQemu.script()
                        .expect("a")
                        .expectOob("b")
                        .reply("2")
                        .replyTo(1, "1")
                        .start();
                LineChannel lines = LineChannel.open(fake.socket())) {
            lines.write(
                    "{'execute':'a','id':'x'}{'exec-oob':'b','id':{'y':1}}"
                            .replace('\'', '"')
                            .getBytes(StandardCharsets.UTF_8),
                    Deadline.after(LONG));
            assertThat(lines.read(Deadline.after(LONG))).isEqualTo("{\"return\":2,\"id\":{\"y\":1}}");
            assertThat(lines.read(Deadline.after(LONG))).isEqualTo("{\"return\":1,\"id\":\"x\"}");
            fake.verify();
        }
    }

    @Test
    void pausesUntilTheTestLetsItGo() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<String> order = new CompletableFuture<>();
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .pauseUntil(gate)
                        .run(() -> order.complete(gate.getCount() == 0 ? "after" : "before"))
                        .event("STOP", "{}")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.events()).isEmpty();
            gate.countDown();
            monitor.awaitEvent("STOP", data -> true, LONG);
            assertThat(order.get(1, TimeUnit.SECONDS)).isEqualTo("after");
        }
    }

    @Test
    void respondsByHandlersAndSendsEventsOfTheTest() {
        try (FakeQemu fake = FakeQemu.responding()
                        .on("query-jobs", "[]")
                        .on("stop", got -> List.of(Outgoing.event("STOP", "{}"), Outgoing.reply()))
                        .on("cont", got -> List.of())
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.execute("query-jobs").isArray()).isTrue();
            monitor.execute("stop");
            assertThat(monitor.events()).hasSize(1);
            assertThatThrownBy(() -> monitor.execute("nonsense"))
                    .isInstanceOfSatisfying(QmpErrorException.class, e -> assertThat(e.errorClass())
                            .isEqualTo("CommandNotFound"));
            fake.send(Outgoing.event("RESUME", "{\"n\":1}"));
            fake.send(Outgoing.event("RESUME", "{\"n\":2}"));
            monitor.awaitEvent("RESUME", data -> data.path("n").asInt() == 2, LONG);
            fake.verify();
        }
    }

    @Test
    void answersAHandledCommandInTheMiddleOfAScript() {
        try (FakeQemu fake = FakeQemu.script()
                        .on("query-qmp-schema", "[]")
                        .negotiate()
                        .expect("quit")
                        .reply()
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            monitor.execute("query-qmp-schema");
            monitor.execute("quit");
            fake.verify();
        }
    }

    @Test
    void returnsEachEventOnceAndAlsoTheOnesThatCameBefore() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .event("A", "{\"n\":1}")
                        .event("B", "{}")
                        .event("A", "{\"n\":2}")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            monitor.awaitEvent("B", data -> true, LONG);
            assertThat(monitor.awaitEvent("A", data -> true, LONG).at("/data/n").asInt())
                    .isEqualTo(1);
            assertThat(monitor.awaitEvent("A", data -> true, LONG).at("/data/n").asInt())
                    .isEqualTo(2);
            assertThatThrownBy(() -> monitor.awaitEvent("A", data -> true, SHORT))
                    .isInstanceOf(TestkitException.class)
                    .hasMessageContaining("no A that matches");
            assertThat(monitor.events()).hasSize(3);
        }
    }

    @Test
    void answersFromTheTestACommandThatItLeftUnanswered() throws Exception {
        try (FakeQemu fake = FakeQemu.responding().on("stop", got -> List.of()).start();
                LineChannel lines = LineChannel.open(fake.socket())) {
            lines.write(
                    "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"stop\",\"id\":5}"
                            .getBytes(StandardCharsets.UTF_8),
                    Deadline.after(LONG));
            lines.read(Deadline.after(LONG));
            lines.read(Deadline.after(LONG));
            fake.answer(fake.awaitReceived("stop", 1, LONG), Outgoing.error("GenericError", "late"));
            assertThat(lines.read(Deadline.after(LONG)))
                    .isEqualTo("{\"id\":5,\"error\":{\"class\":\"GenericError\",\"desc\":\"late\"}}");
            assertThatThrownBy(() -> fake.awaitReceived("cont", 1, SHORT)).hasMessageContaining("no cont number 1");
        }
    }
}
