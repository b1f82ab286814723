package io.github.qmp4j.blockjobs;

/** A request does not fit the disks and chains that QEMU has; nothing was started. */
public final class BlockChainException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    public BlockChainException(String message) {
        super(message);
    }
}
