package io.github.qmp4j.observe;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Events for Java Flight Recorder: {@code qmp.Command} when a command has ended, {@code qmp.Event} for each of QEMU's
 * events, {@code qmp.Connection} when a session opens and when it ends. They cost next to nothing while no recording
 * wants them. Needs the module {@code jdk.jfr}.
 */
public final class JfrObserver implements QmpObserver {

    /** One serves any number of sessions. */
    public JfrObserver() {
        // It keeps nothing.
    }

    @Override
    public void connectionOpened(QmpAddress address) {
        connection(address, "opened", null);
    }

    @Override
    public void connectionEnded(QmpAddress address, @Nullable QmpException cause) {
        connection(address, cause == null ? "closed" : "lost", cause);
    }

    private static void connection(QmpAddress address, String state, @Nullable QmpException cause) {
        JfrEvents.Connection event = new JfrEvents.Connection();
        if (event.shouldCommit()) {
            event.address = address.toString();
            event.state = state;
            event.cause = cause == null ? null : cause.getMessage();
            event.commit();
        }
    }

    @Override
    public void commandFinished(String command, Outcome outcome, Duration took) {
        JfrEvents.Command event = new JfrEvents.Command();
        if (event.shouldCommit()) {
            event.command = command;
            event.outcome = outcome.name().toLowerCase(Locale.ROOT);
            event.took = took.toNanos();
            event.commit();
        }
    }

    @Override
    public void eventReceived(String name) {
        JfrEvents.Event event = new JfrEvents.Event();
        if (event.shouldCommit()) {
            event.event = name;
            event.commit();
        }
    }
}
