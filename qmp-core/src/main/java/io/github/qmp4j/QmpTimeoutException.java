package io.github.qmp4j;

/**
 * No reply came in time. The command is in doubt: QEMU may have done it, may do it later, or may never do it. The
 * connection survives; a late reply is swallowed.
 */
public final class QmpTimeoutException extends QmpException {
    private static final long serialVersionUID = 1L;

    private final String command;

    public QmpTimeoutException(String command, String message) {
        super(message);
        this.command = command;
    }

    /** The command's name. */
    public String command() {
        return command;
    }

    @Override
    public boolean mayHaveReachedQemu() {
        return true;
    }
}
