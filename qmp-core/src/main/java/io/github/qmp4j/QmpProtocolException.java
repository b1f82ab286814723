package io.github.qmp4j;

import org.jspecify.annotations.Nullable;

/** The peer sent invalid QMP, or more of it than the limits allow. The connection does not survive. */
public final class QmpProtocolException extends QmpException {
    private static final long serialVersionUID = 1L;

    public QmpProtocolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean mayHaveReachedQemu() {
        return true;
    }
}
