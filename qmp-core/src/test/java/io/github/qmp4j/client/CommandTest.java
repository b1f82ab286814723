package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CommandTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");

    @Test
    void repliesReachTheirCommandsInWhateverOrderTheyCome() {
        // case 44
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .expect("query-jobs")
                        .expect("query-uuid")
                        .replyTo(3, "\"jobs\"")
                        .replyTo(4, "\"uuid\"")
                        .replyTo(2, "\"status\"")
                        .start();
                QmpClient client = open(fake)) {
            CompletableFuture<JsonNode> status = client.execute(STATUS);
            CompletableFuture<JsonNode> jobs = client.execute(QmpCommand.of("query-jobs"));
            CompletableFuture<JsonNode> uuid = client.execute(QmpCommand.of("query-uuid"));
            assertThat(List.of(value(status), value(jobs), value(uuid)))
                    .extracting(JsonNode::asText)
                    .containsExactly("status", "jobs", "uuid");
            assertThat(fake.received()).extracting(ReceivedCommand::id).doesNotHaveDuplicates();
            fake.verify();
        }
    }

    @Test
    void aReplyIsGivenAsQemuSentIt() {
        // case 33
        String sent = "{\"z\":[null,true,-0.25,18446744073709551615],\"a\":\"\\\\ \\\" / ü € 😀 \\u0001\\n\",\"\":{}}";
        try (FakeQemu fake = FakeQemu.responding().on("query-status", sent).start();
                QmpClient client = open(fake)) {
            assertThat(value(client.execute(STATUS))).hasToString(sent);
        }
    }

    @Test
    void anErrorReplyFailsItsCommandWithQemusOwnWords() {
        // cases 42, 57
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("stop")
                        .error("DeviceNotActive", "no é job")
                        .respond()
                        .on("query-status", "{}")
                        .start();
                QmpClient client = open(fake)) {
            QmpCommandException refused = failure(client.execute(QmpCommand.of("stop")), QmpCommandException.class);
            assertThat(refused.command()).isEqualTo("stop");
            assertThat(refused.errorClass()).isEqualTo("DeviceNotActive");
            assertThat(refused.desc()).isEqualTo("no é job");
            assertThat(refused).hasMessageContainingAll("stop", "no é job", "DeviceNotActive");
            value(client.execute(STATUS));
        }
    }

    @Test
    void anErrorWithoutIdBelongsToTheOnlyCommandInFlight() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("stop")
                        .errorWithoutId("GenericError", "cannot read that")
                        .expect("stop")
                        .expect("cont")
                        .errorWithoutId("GenericError", "whose is it?")
                        .replyTo(3, "\"s\"")
                        .replyTo(4, "\"c\"")
                        .start();
                QmpClient client = open(fake)) {
            QmpCommand<JsonNode> stop = QmpCommand.of("stop");
            assertThat(failure(client.execute(stop), QmpCommandException.class).desc())
                    .isEqualTo("cannot read that");
            assertThat(client.strayReplies()).isZero();
            CompletableFuture<JsonNode> again = client.execute(stop);
            CompletableFuture<JsonNode> cont = client.execute(QmpCommand.of("cont"));
            assertThat(value(again).asText() + value(cont).asText()).isEqualTo("sc");
            assertThat(client.strayReplies()).isEqualTo(1);
        }
    }

    @Test
    void argumentsGoOutAsGivenWithNullLeftOutAndNullNodeSent() {
        // cases 59, 71
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("x", "{\"b\": null, \"c\": [1, {\"d\": \"ü\\n\"}], \"e\": 9007199254740993}")
                        .reply()
                        .expect("query-status")
                        .reply()
                        .start();
                QmpClient client = open(fake)) {
            value(client.execute(QmpCommand.of("x")
                    .with("a", null)
                    .with("b", NullNode.getInstance())
                    .with("c", List.of(1, Map.of("d", "ü\n")))
                    .with("e", 9007199254740993L)));
            value(client.execute(STATUS.with("a", null)));
            assertThat(fake.received().get(2).arguments().isMissingNode()).isTrue();
            fake.verify();
        }
    }

    @Test
    void textThatIsNoUnicodeIsRefusedAndTheSessionGoesOn() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake)) {
            assertThatThrownBy(() -> client.execute(QmpCommand.of("x").with("half", "\ud800")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "the arguments of x cannot be sent: they hold a text with half a character (a surrogate without its pair)");
            assertThatThrownBy(() -> client.execute(QmpCommand.of("x").with("a", Map.of("half\ud800", 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half a character");
            value(client.execute(STATUS));
            assertThat(fake.received()).extracting(ReceivedCommand::name).doesNotContain("x");
        }
    }

    @Test
    void whatIsNoJsonIsRefusedInOurWordsAndTheSessionGoesOn() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake)) {
            QmpCommand<JsonNode> x = QmpCommand.of("x");
            assertThatThrownBy(() -> client.execute(x.with("a", Double.POSITIVE_INFINITY)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the arguments of x cannot be sent: JSON has no number Infinity");
            assertThatThrownBy(() -> client.execute(x.with("a", List.of(Float.NaN))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the arguments of x cannot be sent: JSON has no number NaN");
            JsonNode deep = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < 1000; i++) {
                deep = JsonNodeFactory.instance.arrayNode().add(deep);
            }
            QmpCommand<JsonNode> tooDeep = x.with("a", deep);
            assertThatThrownBy(() -> client.execute(tooDeep))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "the arguments of x cannot be sent: they are nested deeper than 1000, which QEMU does not read");
            assertThatThrownBy(() -> x.with("a", new Object()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "argument 'a' of x is a java.lang.Object, which cannot be turned into JSON;");
            value(client.execute(STATUS));
            assertThat(fake.received()).extracting(ReceivedCommand::name).doesNotContain("x");
        }
    }

    @Test
    void oneCommandMoreThanMayBeInFlightFailsUnsentAndPlacesAreGivenBack() {
        // R6
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("stop")
                        .expect("stop")
                        .expect("stop")
                        .replyTo(2, "{}")
                        .replyTo(3, "{}")
                        .replyTo(4, "{}")
                        .respond()
                        .on("query-status", "{}")
                        .start();
                QmpClient client = open(fake, QmpOptions.defaults().withMaxInFlight(3))) {
            List<CompletableFuture<JsonNode>> three = IntStream.range(0, 3)
                    .mapToObj(i -> client.execute(QmpCommand.of("stop")))
                    .toList();
            // The place is taken by execute itself, so that what follows does not depend on the loop.
            assertThat(three.get(2)).isNotCompletedExceptionally();
            three.forEach(Outcomes::value);
            for (int i = 0; i < 10; i++) {
                value(client.execute(STATUS));
            }
        }
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start();
                QmpClient client = open(fake, QmpOptions.defaults().withMaxInFlight(1))) {
            CompletableFuture<JsonNode> waiting = client.execute(STATUS);
            assertThat(failure(client.execute(STATUS), QmpException.class))
                    .isExactlyInstanceOf(QmpException.class)
                    .hasMessageContaining("query-status was not sent: 1 commands already wait");
            assertThat(waiting).isNotDone();
        }
    }
}
