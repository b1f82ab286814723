package io.github.qmp4j.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** From when on QEMU has owed a reply and has sent nothing at all. Belongs to the event loop. */
final class ReplyClock {
    private @Nullable Instant since;

    /** A command goes out. */
    void sent() {
        if (since == null) {
            since = Instant.now();
        }
    }

    /** Something came, and after it so many replies are still owed. */
    void broken(int owed) {
        since = owed == 0 ? null : Instant.now();
    }

    /** Now, if QEMU owes nothing. */
    Instant since() {
        return since == null ? Instant.now() : since;
    }
}
