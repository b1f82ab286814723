package io.github.qmp4j.qmpctl.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.qmpctl.output.Console;

/** Prints a QMP event in one line. */
public final class EventLine {
    private EventLine() {}

    public static String text(QmpEvent event) {
        return "%s  %s  %s".formatted(event.time(), event.name(), event.data());
    }

    /** Prints the event as text or as a JSON line. */
    public static void print(Console console, QmpEvent event) {
        if (console.json()) {
            ObjectNode line = Json.line("event").put("event", event.name());
            line.put("time", event.time().toString()).set("data", event.data());
            console.print(line);
        } else {
            console.out().println(text(event));
        }
    }
}
