package io.github.qmp4j.blockjobs;

/** A job store cannot be opened, written to or read; the message is one sentence that says which, why, and what to do. */
public final class JobStoreException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    public JobStoreException(String message) {
        super(message);
    }

    public JobStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
