package io.github.qmp4j.blockjobs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of the job layer could not be done; the message is one sentence that says what, why, and what to do. All exceptions of
 * this package are of this class. Thrown as itself, it is a refusal before anything was sent that changes QEMU, the images or a record.
 */
public class BlockJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BlockJobException(String message) {
        this(message, null);
    }

    public BlockJobException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** What the call has left behind, in QEMU or on disk; empty where it has left nothing. */
    public List<Leftover> leftovers() {
        return List.of();
    }
}
