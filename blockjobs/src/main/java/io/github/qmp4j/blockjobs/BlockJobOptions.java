package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.Bounds;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How the job layer behaves.
 *
 * @param progressInterval how often the progress of jobs is asked for while anybody listens; default 500 ms
 * @param checkInterval how often the status of jobs is asked for besides, so that nothing rests on events alone;
 *     default 30 s
 * @param pivotRetries how often a pivot is tried again while QEMU says that the job cannot be completed yet; default 20,
 *     100 ms apart
 * @param convergenceWindow for how long a copy must gain nothing until {@link JobProgress#notConverging()} says so; default
 *     30 s
 * @param store where the steps of jobs that have a {@link JobKey} are written down; default {@link JobStore#none()}. It stays
 *     the caller's to close
 * @param reattachWindow how long a handle waits for the next session of a {@link io.github.qmp4j.client.QmpSupervisor} before
 *     its outcome is {@link JobOutcome.End.Unknown}; default 60 s
 * @param files how this program gets at QEMU's files; default {@link FileAccess#none()}
 * @param rules what QEMU may be made to open for the target of a copy; default anything
 * @param quietExports whether the caller sees to it that no client of an export sends a request while a copy or an active
 *     commit starts on the exported disk; default false, and before QEMU 6.2, which such a request kills, that start is refused
 */
public record BlockJobOptions(
        Duration progressInterval,
        Duration checkInterval,
        int pivotRetries,
        Duration convergenceWindow,
        JobStore store,
        Duration reattachWindow,
        FileAccess files,
        Optional<ImageRules> rules,
        boolean quietExports) {
    public BlockJobOptions {
        Bounds.requirePositive("progressInterval", progressInterval);
        Bounds.requirePositive("checkInterval", checkInterval);
        Bounds.requirePositive("convergenceWindow", convergenceWindow);
        Bounds.requirePositive("reattachWindow", reattachWindow);
        if (pivotRetries < 0) {
            throw new IllegalArgumentException("pivotRetries (%d) must not be negative".formatted(pivotRetries));
        }
    }

    public static BlockJobOptions defaults() {
        return new Builder().build();
    }

    /** The defaults with some changed, for example {@code BlockJobOptions.with(o -> o.pivotRetries = 2)}. */
    public static BlockJobOptions with(Consumer<? super Builder> change) {
        Builder builder = new Builder();
        change.accept(builder);
        return builder.build();
    }

    /** The options on their way; the fields mean what the record's components of the same name do. */
    public static final class Builder {
        private static final int PIVOT_RETRIES = 20;

        public Duration progressInterval = Duration.ofMillis(500);
        public Duration checkInterval = Duration.ofSeconds(30);
        public int pivotRetries = PIVOT_RETRIES;
        public Duration convergenceWindow = Duration.ofSeconds(30);
        public JobStore store = JobStore.none();
        public Duration reattachWindow = Duration.ofSeconds(60);
        public FileAccess files = FileAccess.none();
        public Optional<ImageRules> rules = Optional.empty();
        public boolean quietExports;

        private Builder() {}

        private BlockJobOptions build() {
            return new BlockJobOptions(
                    progressInterval,
                    checkInterval,
                    pivotRetries,
                    convergenceWindow,
                    store,
                    reattachWindow,
                    files,
                    rules,
                    quietExports);
        }
    }
}
