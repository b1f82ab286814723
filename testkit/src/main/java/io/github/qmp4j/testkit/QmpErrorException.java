package io.github.qmp4j.testkit;

/** QEMU answered a command of {@link RawMonitor} with an error; the monitor stays usable. */
public final class QmpErrorException extends TestkitException {
    private static final long serialVersionUID = 1;

    private final String errorClass;
    private final String desc;

    QmpErrorException(String command, String errorClass, String desc) {
        super(command + ": " + errorClass + ": " + desc);
        this.errorClass = errorClass;
        this.desc = desc;
    }

    /** QEMU's error class, for example {@code GenericError}. */
    public String errorClass() {
        return errorClass;
    }

    /** QEMU's own sentence. */
    public String desc() {
        return desc;
    }
}
