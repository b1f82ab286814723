package io.github.qmp4j.process;

import io.github.qmp4j.QmpException;
import org.jspecify.annotations.Nullable;

/** A QEMU did not start, or its monitor did not come. No process, socket or folder is left. */
public final class QemuStartException extends QmpException {
    private static final long serialVersionUID = 1L;

    private final String output;

    QemuStartException(String message, String output, @Nullable Throwable cause) {
        super(output.isEmpty() ? message : message + "; it said: " + output, cause);
        this.output = output;
    }

    /** The last lines that the process wrote; empty where it wrote none. */
    public String output() {
        return output;
    }
}
