package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import io.github.qmp4j.testkit.RecordedSchema;
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

    /** P52: QEMU and its storage daemon greet alike. */
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
                QmpClient client = open(fake, QmpOptions.with(options -> options.checkCommands = true))) {
            value(client.execute(go.with("x", 1)));
            assertThat(failure(client.execute(go.with("x", "one")), QmpException.class))
                    .hasMessage("go was not sent: go/x must be of type int, not \"one\"");
            assertThat(failure(client.execute(QmpCommand.of("stop")), QmpException.class))
                    .hasMessage("stop was not sent: this QEMU has no command stop");
            assertThat(fake.received().stream().map(ReceivedCommand::name)).doesNotContain("stop");
        }
    }
}
