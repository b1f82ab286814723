package io.github.qmp4j;

/** QEMU answered a command with an error: it did not do it. The connection survives. */
public final class QmpCommandException extends QmpException {
    private static final long serialVersionUID = 1L;

    private final String command;
    private final String errorClass;
    private final String desc;

    public QmpCommandException(String command, String errorClass, String desc) {
        super("QEMU refused %s: %s (%s)".formatted(command, desc, errorClass));
        this.command = command;
        this.errorClass = errorClass;
        this.desc = desc;
    }

    /** The command's name. */
    public String command() {
        return command;
    }

    /** QEMU's error class, for example {@code GenericError} or {@code CommandNotFound}. */
    public String errorClass() {
        return errorClass;
    }

    /** QEMU's own sentence. It is for people: it differs from version to version, so nothing may depend on it. */
    public String desc() {
        return desc;
    }
}
