package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may send, and what it does to the session. */
@Timeout(300)
class DecodingTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionWorksByteByByte(boolean epoll) {
        try (FakeQemu fake = FakeQemu.script()
                        .split(1)
                        .negotiate()
                        .expect("query-status")
                        .event("STOP", "{}")
                        .reply("{\"text\": \"üü\"}")
                        .start();
                QmpClient client = open(fake, QmpOptions.defaults().withNativeTransport(epoll))) {
            List<QmpEvent> heard = new CopyOnWriteArrayList<>();
            client.subscribe(EventFilter.all(), heard::add);
            assertThat(value(client.execute(STATUS)).path("text").asText()).isEqualTo("üü");
            await().atMost(LONG).until(() -> heard.size() == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1 << 16})
    void aReplyOfFiveMebibytesPassesInWhateverPieces(int piece) {
        // case 74
        String text = "x".repeat(5 << 20);
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .split(piece)
                        .reply("\"" + text + "\"")
                        .start();
                QmpClient client = open(fake)) {
            assertThat(value(client.execute(STATUS)).asText()).hasSize(5 << 20);
        }
    }

    @Test
    void severalMessagesInOneWriteAreAllRead() {
        String event = "{\"event\": \"E\", \"timestamp\": {\"seconds\": -1, \"microseconds\": -1}}\r\n";
        try (FakeQemu fake = FakeQemu.responding()
                        .on(
                                "query-status",
                                got -> List.of(Outgoing.raw(
                                        event.repeat(3) + "{\"return\": 5, \"id\": " + got.id() + "}" + event)))
                        .start();
                QmpClient client = open(fake)) {
            List<QmpEvent> heard = new CopyOnWriteArrayList<>();
            client.subscribe(EventFilter.all(), heard::add);
            assertThat(value(client.execute(STATUS)).asInt()).isEqualTo(5);
            await().atMost(LONG).until(() -> heard.size() == 4);
        }
    }

    @Test
    void membersEventsAndMessagesThatAreNotKnownPass() {
        // R10, case 75
        try (FakeQemu fake = FakeQemu.script()
                        .raw(
                                "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 99, \"minor\": 0, \"micro\": 1, \"nano\": 7},"
                                        + " \"package\": \"\", \"x\": []}, \"capabilities\": [\"oob\", \"telepathy\"]}, \"y\": 1}")
                        .expect("qmp_capabilities")
                        .reply()
                        .respond()
                        .on(
                                "query-status",
                                got -> List.of(
                                        Outgoing.raw("{\"event\": \"X_NEW\", \"more\": 1}{\"surprise\": true}"),
                                        Outgoing.raw("{\"event\": \"STOP\", \"data\": []}"),
                                        Outgoing.event("JOB_STATUS_CHANGE", "{\"status\": \"dreaming\", \"x\": [{}]}"),
                                        Outgoing.raw("{\"extra\": {}, \"id\": " + got.id()
                                                + ", \"return\": {\"new\": 1, \"status\": \"dreaming\"}}")))
                        .start();
                QmpClient client = open(fake)) {
            List<String> heard = new CopyOnWriteArrayList<>();
            client.subscribe(EventFilter.all(), event -> heard.add(event.name() + event.data()));
            assertThat(client.greeting().version()).hasToString("99.0.1");
            assertThat(client.greeting().capabilities()).containsExactly("oob", "telepathy");
            assertThat(value(client.execute(STATUS))).hasToString("{\"new\":1,\"status\":\"dreaming\"}");
            await().untilAsserted(() -> assertThat(heard)
                    .containsExactly("X_NEW{}", "STOP{}", "JOB_STATUS_CHANGE{\"status\":\"dreaming\",\"x\":[{}]}"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{\"return\": {]", "{\"return\": \"\u0001\"}"})
    void garbageEndsTheSessionWithTheProtocolErrorAsTheFirstCause(String garbage) {
        // R3, cases 31, 32, 45
        ends(Outgoing.raw(garbage), QmpOptions.defaults(), "invalid QMP");
    }

    @Test
    void bytesThatAreNoUtf8EndTheSession() {
        ends(Outgoing.raw(new byte[] {'{', '"', (byte) 0xFF, '"'}), QmpOptions.defaults(), "invalid QMP");
    }

    @Test
    void aMessageBeyondTheLimitEndsTheSessionAndNamesTheLimit() {
        // R6, case 74
        ends(
                Outgoing.reply("\"" + "x".repeat(20_000) + "\""),
                QmpOptions.defaults().withMaxMessageBytes(10_000),
                "more than 10000 bytes, which is the limit");
    }

    @Test
    void nestingBeyondTheLimitEndsTheSession() {
        String deep = "[".repeat(200) + "]".repeat(200);
        ends(
                Outgoing.reply(deep),
                QmpOptions.defaults().withMaxNesting(100),
                "nested deeper than 100, which is the limit");
        try (FakeQemu fake = FakeQemu.responding().on("query-status", deep).start();
                QmpClient client = open(fake)) {
            assertThat(value(client.execute(STATUS)).toString()).isEqualTo(deep);
        }
    }

    private static void ends(Outgoing bad, QmpOptions options, String words) {
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-status", got -> List.of(bad))
                        .start();
                QmpClient client = open(fake, options)) {
            List<CompletableFuture<JsonNode>> waiting =
                    List.of(client.execute(QmpCommand.of("stop")), client.execute(STATUS));
            QmpProtocolException cause = failure(client.closed(), QmpProtocolException.class);
            assertThat(cause).hasMessageContaining(words);
            assertThat(waiting).allSatisfy(each -> assertThat(failure(each, QmpDisconnectedException.class))
                    .hasCause(cause)
                    .hasMessageContaining(words));
        }
    }
}
