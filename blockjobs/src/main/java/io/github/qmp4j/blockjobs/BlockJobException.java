package io.github.qmp4j.blockjobs;

/** What was asked was refused before anything was sent; nothing has changed. */
public class BlockJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BlockJobException(String message) {
        super(message);
    }
}
