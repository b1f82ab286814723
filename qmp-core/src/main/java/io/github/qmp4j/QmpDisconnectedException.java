package io.github.qmp4j;

import org.jspecify.annotations.Nullable;

/**
 * The session ended before the reply came. The connection is gone; nothing is ever sent again on its own. Whether QEMU has got the command,
 * {@link #mayHaveReachedQemu()} tells: false proves that it has not.
 */
public final class QmpDisconnectedException extends QmpException {
    private static final long serialVersionUID = 1L;

    private final boolean wasSent;

    public QmpDisconnectedException(String message, boolean wasSent, @Nullable Throwable cause) {
        super(message, cause);
        this.wasSent = wasSent;
    }

    @Override
    public boolean mayHaveReachedQemu() {
        return wasSent;
    }
}
