package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpGreeting;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the sessions with monitors, with the monitor's address under the key {@code monitor}. */
final class SessionLog {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);
    private static final String MONITOR = "monitor";

    private SessionLog() {}

    static void opened(QmpAddress address, QmpGreeting greeting) {
        LOG.atInfo()
                .addKeyValue(MONITOR, address)
                .addKeyValue("qemu", greeting.version())
                .log("session opened");
    }

    /** @param cause null if this side has closed it */
    static void ended(QmpAddress address, @Nullable QmpException cause) {
        if (cause == null) {
            LOG.atInfo().addKeyValue(MONITOR, address).log("session closed");
        } else {
            LOG.atWarn().addKeyValue(MONITOR, address).log("session lost: {}", cause.getMessage());
        }
    }

    /** A supervisor could not connect, for the first time since its start or since its last session. */
    static void notConnected(QmpAddress address, QmpException cause) {
        LOG.atWarn()
                .addKeyValue(MONITOR, address)
                .log("no session, and it will be tried again: {}", cause.getMessage());
    }
}
