package io.github.qmp4j.transport;

import io.github.qmp4j.codec.QmpMessage;
import org.jspecify.annotations.Nullable;

/** Hears what happens on a wire; always on the wire's event loop. */
public interface WireListener {

    /** The connection is there; comes first. */
    void opened(Wire wire);

    void received(QmpMessage message);

    /**
     * The connection is gone; comes last, once.
     *
     * @param cause what broke it; null when the peer just closed it
     */
    void ended(@Nullable Throwable cause);
}
