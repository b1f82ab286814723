package io.github.qmp4j.client;

import io.github.qmp4j.QmpOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Which commands get the long default time-out: those that wait for a disk, a drain or a lock, which can take minutes on
 * a loaded host while nothing is wrong.
 */
final class CommandTimeouts {
    private static final List<String> PREFIXES = List.of("block", "drive-", "job-", "nbd-server-", "query-block");
    private static final Set<String> NAMES =
            Set.of("query-jobs", "query-named-block-nodes", "change-backing-file", "transaction", "device_del");

    private CommandTimeouts() {}

    static Duration of(String command, QmpOptions options) {
        boolean block = NAMES.contains(command) || PREFIXES.stream().anyMatch(command::startsWith);
        return block ? options.blockCommandTimeout() : options.commandTimeout();
    }
}
