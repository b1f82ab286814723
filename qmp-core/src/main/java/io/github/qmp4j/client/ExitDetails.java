package io.github.qmp4j.client;

import java.util.concurrent.CompletableFuture;

/** Tells how a QEMU has ended: its exit status, the last lines that it wrote. */
@FunctionalInterface
public interface ExitDetails {

    /**
     * Asked once, on {@link io.github.qmp4j.QmpOptions#callbacks()}, after the session has broken off.
     *
     * @return completes with part of a sentence, or with nothing; what takes more than 0.7 s, or fails, tells nothing
     */
    CompletableFuture<String> tell();
}
