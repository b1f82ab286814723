package io.github.qmp4j.examples.qmpctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl exec}. */
@Command(name = "exec", description = "Execute any QMP command, and print its bare return value.")
final class ExecCommand implements Callable<Integer> {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final QmpCtl ctl;

    @Parameters(index = "0", paramLabel = "COMMAND", description = "Its name, for example query-status.")
    private String command = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            defaultValue = "{}",
            paramLabel = "JSON",
            description = "Its arguments, as one JSON object.")
    private String arguments = "";

    ExecCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        QmpCommand<JsonNode> whole = QmpCommand.of(command, parsed());
        try (Session session = Session.open(ctl).join()) {
            JsonNode value = session.client().execute(whole).join();
            ctl.out().println(ctl.console().json() ? value.toString() : value.toPrettyString());
        }
        return 0;
    }

    private ObjectNode parsed() {
        try {
            if (MAPPER.readTree(arguments) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the arguments are no JSON: %s".formatted(e.getOriginalMessage()), e);
        }
        throw new IllegalArgumentException("the arguments '%s' are no JSON object".formatted(arguments));
    }
}
