package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpObserver.Outcome;
import io.github.qmp4j.QmpOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the observers of one session what happens on it, and keeps what they throw from it. Belongs to the event loop. */
final class ObserverNotifier {
    private static final Logger LOG = LoggerFactory.getLogger(ObserverNotifier.class);

    private record Started(String command, long nanos) {}

    private final QmpAddress address;
    private final List<QmpObserver> observers;
    private final boolean[] failed;

    /** The commands under way, by id; empty without observers. */
    private final Map<Long, Started> started = new HashMap<>();

    ObserverNotifier(QmpAddress address, QmpOptions options) {
        this.address = address;
        this.observers = options.observers();
        this.failed = new boolean[observers.size()];
    }

    void opened() {
        tell(observer -> observer.connectionOpened(address));
    }

    void started(Call<?> call) {
        if (!observers.isEmpty()) {
            String command = call.name();
            started.put(call.id(), new Started(command, System.nanoTime()));
            tell(observer -> observer.commandStarted(command));
        }
    }

    /** Without effect for a command that was not started, or is finished. */
    void finished(long id, Outcome outcome) {
        Started begin = started.remove(id);
        if (begin != null) {
            finished(begin, outcome);
        }
    }

    private void finished(Started begin, Outcome outcome) {
        Duration took = Duration.ofNanos(System.nanoTime() - begin.nanos());
        tell(observer -> observer.commandFinished(begin.command(), outcome, took));
    }

    void event(String name) {
        tell(observer -> observer.eventReceived(name));
    }

    void dropped(String name) {
        tell(observer -> observer.eventDropped(name));
    }

    void late() {
        tell(QmpObserver::lateReply);
    }

    /** The session is over, and with it all commands under way. */
    void ended(@Nullable QmpException cause) {
        List<Started> open = new ArrayList<>(started.values());
        started.clear();
        open.forEach(begin -> finished(begin, Outcome.DISCONNECTED));
        tell(observer -> observer.connectionEnded(address, cause));
    }

    private void tell(Consumer<QmpObserver> call) {
        for (int i = 0; i < failed.length; i++) {
            try {
                call.accept(observers.get(i));
            } catch (Throwable e) {
                if (!failed[i]) {
                    failed[i] = true;
                    LOG.warn(
                            "observer {} of {} failed; its further failures are not logged",
                            observers.get(i).getClass(),
                            address,
                            e);
                }
            }
        }
    }
}
