package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;

/** A journal cannot be opened or written to; the message is one sentence that says which, why, and what to do. */
public final class JournalException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalException(String message) {
        super(message);
    }

    JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
