package io.github.qmp4j.qmpctl.failure;

/** qmpctl refuses a request. The message is one sentence: what was asked, what is wrong and what to do. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    public RefusedException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    public ExitCode code() {
        return code;
    }
}
