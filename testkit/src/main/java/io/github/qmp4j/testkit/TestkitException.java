package io.github.qmp4j.testkit;

import org.jspecify.annotations.Nullable;

/** Something the test setup needs did not work or took too long; the message carries what the programs involved said. */
public class TestkitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TestkitException(String message) {
        this(message, null);
    }

    TestkitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
