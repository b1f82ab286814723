package io.github.qmp4j.event;

import java.util.Set;

/** Which events a subscription wants. It runs on the event loop: it must be quick, and it must not block. */
@FunctionalInterface
public interface EventFilter {

    boolean accepts(QmpEvent event);

    /** Every event. */
    static EventFilter all() {
        return event -> true;
    }

    /** The events of these names. */
    static EventFilter named(String... names) {
        Set<String> wanted = Set.of(names);
        return event -> wanted.contains(event.name());
    }

    /** The events that both want. */
    default EventFilter and(EventFilter other) {
        return event -> accepts(event) && other.accepts(event);
    }
}
