package io.github.qmp4j.blockjobs;

/** A request was refused before a job was started; nothing has changed. */
public class BlockJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BlockJobException(String message) {
        super(message);
    }
}
