package io.github.qmp4j;

import org.jspecify.annotations.Nullable;

/**
 * A failure between this process and QEMU; the subclasses say what the caller can do next.
 *
 * <p>Thrown as itself only for a request that never left this process (for example too many commands in flight); the
 * connection survives that.
 */
public class QmpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public QmpException(String message) {
        this(message, null);
    }

    public QmpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Whether QEMU may have received the command, and obeyed it, though no reply has told so. Before it is sent again, look at what it
     * was to change. False where QEMU has refused the command, or never got it.
     */
    public boolean mayHaveReachedQemu() {
        return false;
    }
}
