package io.github.qmp4j.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The events for Flight Recorder, which reads their fields. No stack traces: they would all show the event loop. */
final class JfrEvents {

    private JfrEvents() {}

    @Name("qmp.Command")
    @Label("QMP Command")
    @Category("QMP")
    @Description("A command has ended")
    @StackTrace(false)
    static final class Command extends jdk.jfr.Event {
        @Label("Command")
        @Nullable
        String command;

        @Label("Outcome")
        @Nullable
        String outcome;

        @Label("Took")
        @Description("From sending the command to its end")
        @Timespan(Timespan.NANOSECONDS)
        long took;
    }

    @Name("qmp.Event")
    @Label("QMP Event")
    @Category("QMP")
    @Description("QEMU sent an event")
    @StackTrace(false)
    static final class Event extends jdk.jfr.Event {
        @Label("Event")
        @Nullable
        String event;
    }

    @Name("qmp.Connection")
    @Label("QMP Connection")
    @Category("QMP")
    @Description("A session has opened or ended")
    @StackTrace(false)
    static final class Connection extends jdk.jfr.Event {
        @Label("Address")
        @Nullable
        String address;

        @Label("State")
        @Description("opened, closed by this side, or lost")
        @Nullable
        String state;

        @Label("Cause")
        @Nullable
        String cause;
    }
}
