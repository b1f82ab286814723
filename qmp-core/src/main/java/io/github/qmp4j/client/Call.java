package io.github.qmp4j.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.threads.CallFuture;
import java.time.Duration;

/**
 * A command under way, with its caller's future.
 *
 * @param outOfBand whether QEMU is to execute it at once, before the commands that it has not come to yet
 */
record Call<R>(long id, QmpCommand<R> command, boolean outOfBand, CallFuture<R> result, Duration timeout) {

    /** The reader is the caller's code, so it must not run here on the event loop. */
    void reply(JsonNode value) {
        result.arrive(() -> command.read(value));
    }

    String name() {
        return command.name();
    }
}
