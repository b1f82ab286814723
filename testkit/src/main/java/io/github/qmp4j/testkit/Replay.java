package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a script of a recorded {@link Transcript}: the client's messages are expected, QEMU's are sent. */
final class Replay {
    private final QmpScript script = FakeQemu.script();
    /** The ids of the present client's commands, null where there was none; those that were answered are null too. */
    private final List<@Nullable JsonNode> ids = new ArrayList<>();

    private int client = 1;

    private Replay() {}

    static QmpScript of(Path transcript) {
        Replay replay = new Replay();
        try {
            List<String> lines = Files.readAllLines(transcript);
            for (int i = 0; i < lines.size(); i++) {
                replay.add(Transcript.Entry.parse(lines.get(i), transcript + ":" + (i + 1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + transcript, e);
        }
        return replay.script;
    }

    private void add(Transcript.Entry entry) throws IOException {
        for (; client < entry.client(); client++) {
            script.nextClient();
            ids.clear();
        }
        if (entry.fromClient()) {
            ReceivedCommand command = ReceivedCommand.of(entry.message());
            ids.add(command.id());
            script.expect(new Step.Expect(command.name(), command.argumentsOrEmpty(), command.oob()));
        } else {
            send(entry.message());
        }
    }

    private void send(ObjectNode message) {
        Outgoing outgoing = Outgoing.recorded(message);
        int nth = message.has("id") ? 1 + ids.indexOf(message.get("id")) : 0;
        if (nth == 0) {
            script.add(new Step.Send(0, outgoing));
        } else {
            // The same id may be used again once it has been answered.
            ids.set(nth - 1, null);
            script.answer(nth, outgoing);
        }
    }
}
