package io.github.qmp4j.testkit;

import java.util.List;

/** What {@link FakeQemu} says to a command; called on the fake's own thread. */
@FunctionalInterface
public interface Responder {

    /** The messages to send, in order; events may come before the reply, and an empty list leaves the command unanswered. */
    List<Outgoing> answer(ReceivedCommand command);
}
