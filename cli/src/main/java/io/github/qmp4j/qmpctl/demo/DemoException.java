package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.qmpctl.failure.ExitCode;

/** The demo cannot go on; the message is one sentence with the reason. */
final class DemoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    DemoException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
