package io.github.qmp4j.testkit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a {@link FakeQemu} answers commands outside the order of its script, and which ones it takes for right at all. */
record Answers(
        Map<String, Responder> handlers,
        @Nullable Responder fallback,
        @Nullable RecordedSchema schema) {

    List<String> problems(ReceivedCommand command) {
        return schema == null ? List.of() : schema.problems(command);
    }

    boolean none() {
        return handlers.isEmpty() && fallback == null;
    }

    boolean names(ReceivedCommand command) {
        return handlers.containsKey(command.name());
    }

    List<Outgoing> to(ReceivedCommand command) {
        Responder responder = handlers.get(command.name());
        if (responder == null) {
            responder = fallback;
        }
        return responder == null ? List.of(Outgoing.commandNotFound(command.name())) : responder.answer(command);
    }
}
