package io.github.qmp4j.transport;

import io.github.qmp4j.codec.QmpMessage;
import org.jspecify.annotations.Nullable;

/** Receives what one connection reads, and its end; always on its event loop. */
public interface WireListener {

    /** The connection is open; the first call. */
    void opened(Wire wire);

    void received(QmpMessage message);

    /**
     * The connection is gone; comes last, once.
     *
     * @param cause what broke it; null when the peer just closed it
     */
    void ended(@Nullable Throwable cause);
}
