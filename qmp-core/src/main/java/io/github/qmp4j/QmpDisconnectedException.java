package io.github.qmp4j;

import org.jspecify.annotations.Nullable;

/**
 * The session ended before the reply came. The connection is gone; nothing is ever sent again on its own.
 *
 * @see #wasSent()
 */
public final class QmpDisconnectedException extends QmpException {
    private static final long serialVersionUID = 1L;

    private final boolean wasSent;

    public QmpDisconnectedException(String message, boolean wasSent, @Nullable Throwable cause) {
        super(message, cause);
        this.wasSent = wasSent;
    }

    /**
     * Whether QEMU may have seen the command: {@code false} proves that it has not, {@code true} means that it is in
     * doubt.
     */
    public boolean wasSent() {
        return wasSent;
    }
}
