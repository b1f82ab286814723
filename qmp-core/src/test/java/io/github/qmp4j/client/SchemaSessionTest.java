package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import io.github.qmp4j.testkit.RecordedSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class SchemaSessionTest {
    private static final String SCHEMA = """
            [{"name": "go", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
             {"name": "0", "meta-type": "object", "members": [{"name": "x", "type": "int"}]},
             {"name": "int", "meta-type": "builtin", "json-type": "int"}]""";

    /** @param commands what tells this QEMU from others of its version */
    private static FakeQemu fake(String commands) {
        return FakeQemu.responding()
                .on("query-commands", "[{\"name\": \"" + commands + "\"}]")
                .on("query-qmp-schema", SCHEMA)
                .on("go", "{}")
                .start();
    }

    private static long asked(FakeQemu fake) {
        return fake.received().stream()
                .map(ReceivedCommand::name)
                .filter("query-qmp-schema"::equals)
                .count();
    }

    /** QEMU and its storage daemon greet alike. */
    @Test
    void aSchemaIsReadOnceForAllSessionsWithTheSameCommands() {
        try (FakeQemu first = fake("same");
                FakeQemu second = fake("same");
                FakeQemu other = fake("other");
                QmpClient one = open(first);
                QmpClient two = open(second);
                QmpClient three = open(other)) {
            assertThat(value(one.schema())).isSameAs(value(one.schema())).isSameAs(value(two.schema()));
            assertThat(value(three.schema())).isNotSameAs(value(one.schema()));
            assertThat(asked(first)).isEqualTo(1);
            assertThat(asked(second)).isZero();
            assertThat(asked(other)).isEqualTo(1);
        }
    }

    @Test
    void sessionsThatAskTogetherReadItOnceAndShareOneCopy() {
        int sessions = 20;
        CompletableFuture<Void> allHaveAsked = new CompletableFuture<>();
        List<FakeQemu> fakes = new ArrayList<>();
        List<QmpClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < sessions; i++) {
                fakes.add(FakeQemu.responding()
                        .on("query-commands", "[\"together\"]")
                        .on("query-qmp-schema", got -> {
                            allHaveAsked.join();
                            return List.of(Outgoing.reply(SCHEMA));
                        })
                        .on("query-status", "{}")
                        .start());
                clients.add(open(fakes.get(i)));
            }
            List<CompletableFuture<QmpSchema>> schemas =
                    clients.stream().map(QmpClient::schema).toList();
            fakes.forEach(fake -> fake.awaitReceived("query-commands", 1, Outcomes.LONG));
            // What follows the answer to query-commands is sent before this.
            clients.forEach(client -> value(client.schema().completeOnTimeout(null, 50, TimeUnit.MILLISECONDS)));
            allHaveAsked.complete(null);
            assertThat(schemas.stream().map(Outcomes::value).distinct()).hasSize(1);
            assertThat(fakes.stream().mapToLong(SchemaSessionTest::asked).sum()).isEqualTo(1);
        } finally {
            allHaveAsked.complete(null);
            clients.forEach(QmpClient::close);
            fakes.forEach(FakeQemu::close);
        }
    }

    @Test
    void aSchemaThatIsLostWithTheSessionThatReadItIsReadByAnother() {
        try (FakeQemu lost = FakeQemu.responding()
                        .on("query-commands", "[\"lost\"]")
                        .on("query-qmp-schema", got -> List.of())
                        .start();
                FakeQemu there = FakeQemu.responding()
                        .on("query-commands", "[\"lost\"]")
                        .on("query-qmp-schema", SCHEMA)
                        .start();
                QmpClient one = open(lost);
                QmpClient two = open(there)) {
            CompletableFuture<QmpSchema> first = one.schema();
            lost.awaitReceived("query-qmp-schema", 1, Outcomes.LONG);
            CompletableFuture<QmpSchema> second = two.schema();
            there.awaitReceived("query-commands", 1, Outcomes.LONG);
            lost.disconnect();
            failure(first, QmpDisconnectedException.class);
            assertThat(value(second).hasCommand("go")).isTrue();
            assertThat(asked(there)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRecordedSchemaOfEachReleaseIsReadFromSmallPieces(RecordedSchema recorded) {
        // cases 58, 66
        try (FakeQemu fake = FakeQemu.script()
                        .on("query-commands", "[\"" + recorded + "\"]")
                        .negotiate()
                        .expect("query-qmp-schema")
                        .split(100)
                        .reply(recorded.json())
                        .start();
                QmpClient client = open(fake)) {
            QmpSchema schema = value(client.schema());
            assertThat(schema.has("block-commit/arg/base-node/!string")).isTrue();
            assertThat(schema.has("blockdev-add/arg/+nbd/server/+unix/path")).isTrue();
            assertThat(schema.hasArgument("block-commit", "backing-mask-protocol"))
                    .isEqualTo(recorded.compareTo(RecordedSchema.V10_0) >= 0);
            assertThat(schema.commands()).hasSizeGreaterThan(150);
        }
    }

    @Test
    void aCheckedSessionRefusesWhatTheSchemaDoesNotHaveAndNamesIt() {
        // case 60
        QmpCommand<JsonNode> go = QmpCommand.of("go");
        try (FakeQemu fake = fake("checked");
                QmpClient client = open(fake, QmpOptions.defaults().withCheckCommands(true))) {
            value(client.execute(go.with("x", 1)));
            assertThat(failure(client.execute(go.with("x", "one")), QmpException.class))
                    .hasMessage("go was not sent: go/x must be of type int, not \"one\"");
            assertThat(failure(client.execute(QmpCommand.of("stop")), QmpException.class))
                    .hasMessage("stop was not sent: this QEMU has no command stop");
            assertThat(fake.received().stream().map(ReceivedCommand::name)).doesNotContain("stop");
        }
    }
}
