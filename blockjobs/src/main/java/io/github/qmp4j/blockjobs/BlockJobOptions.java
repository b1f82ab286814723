package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How the job layer behaves. Immutable; a {@code with} method gives a changed copy. */
public final class BlockJobOptions {
    private static final int PIVOT_RETRIES = 20;

    // Written only before the object is given out.
    private Duration progressInterval = Duration.ofMillis(500);
    private Duration checkInterval = Duration.ofSeconds(30);
    private int pivotRetries = PIVOT_RETRIES;
    private Duration convergenceWindow = Duration.ofSeconds(30);
    private JobStore store = JobStore.none();
    private Duration reattachWindow = Duration.ofSeconds(60);
    private FileAccess files = FileAccess.none();
    private Optional<ImageRules> rules = Optional.empty();
    private boolean idleExports;

    private BlockJobOptions() {}

    private BlockJobOptions(BlockJobOptions from) {
        progressInterval = from.progressInterval;
        checkInterval = from.checkInterval;
        pivotRetries = from.pivotRetries;
        convergenceWindow = from.convergenceWindow;
        store = from.store;
        reattachWindow = from.reattachWindow;
        files = from.files;
        rules = from.rules;
        idleExports = from.idleExports;
    }

    /** The defaults, which suit an embedding program with one QEMU. */
    public static BlockJobOptions defaults() {
        return new BlockJobOptions();
    }

    private BlockJobOptions changed(Consumer<BlockJobOptions> change) {
        BlockJobOptions copy = new BlockJobOptions(this);
        change.accept(copy);
        return copy;
    }

    /** How often the progress of jobs is asked for while a listener is there; positive, default 500 ms. */
    public Duration progressInterval() {
        return progressInterval;
    }

    /** The same with another {@link #progressInterval()}. */
    public BlockJobOptions withProgressInterval(Duration interval) {
        return changed(copy -> copy.progressInterval = Bounds.requirePositive("progressInterval", interval));
    }

    /** How often the status of jobs is asked for besides, so that nothing rests on events alone; positive, default 30 s. */
    public Duration checkInterval() {
        return checkInterval;
    }

    /** The same with another {@link #checkInterval()}. */
    public BlockJobOptions withCheckInterval(Duration interval) {
        return changed(copy -> copy.checkInterval = Bounds.requirePositive("checkInterval", interval));
    }

    /** How often a pivot is tried again while QEMU says that the job cannot be completed yet, 100 ms apart; not negative, default 20. */
    public int pivotRetries() {
        return pivotRetries;
    }

    /** The same with another {@link #pivotRetries()}. */
    public BlockJobOptions withPivotRetries(int times) {
        return changed(copy -> copy.pivotRetries = notNegative(times));
    }

    /** For how long a copy must gain nothing until {@link JobProgress#notConverging()} says so; positive, default 30 s. */
    public Duration convergenceWindow() {
        return convergenceWindow;
    }

    /** The same with another {@link #convergenceWindow()}. */
    public BlockJobOptions withConvergenceWindow(Duration window) {
        return changed(copy -> copy.convergenceWindow = Bounds.requirePositive("convergenceWindow", window));
    }

    /**
     * Where the steps of jobs that have a {@link JobKey} are written down; default {@link JobStore#none()}. It stays the caller's
     * to close.
     */
    public JobStore store() {
        return store;
    }

    /** The same with another {@link #store()}. */
    public BlockJobOptions withStore(JobStore journal) {
        return changed(copy -> copy.store = journal);
    }

    /**
     * How long a handle waits for the next session of a {@link io.github.qmp4j.client.QmpSupervisor} before its outcome is {@link
     * JobOutcome.End.Unknown}; positive, default 60 s.
     */
    public Duration reattachWindow() {
        return reattachWindow;
    }

    /** The same with another {@link #reattachWindow()}. */
    public BlockJobOptions withReattachWindow(Duration window) {
        return changed(copy -> copy.reattachWindow = Bounds.requirePositive("reattachWindow", window));
    }

    /** How this program gets at QEMU's files; default {@link FileAccess#none()}. */
    public FileAccess files() {
        return files;
    }

    /** The same with another {@link #files()}. */
    public BlockJobOptions withFiles(FileAccess access) {
        return changed(copy -> copy.files = access);
    }

    /** What QEMU may be made to open for the target of a copy; default anything. */
    public Optional<ImageRules> rules() {
        return rules;
    }

    /** The same with another {@link #rules()}. */
    public BlockJobOptions withRules(ImageRules allowed) {
        return changed(copy -> copy.rules = Optional.of(allowed));
    }

    /**
     * Whether the caller sees to it that no client of an export sends a request while a copy or an active commit starts on the
     * exported disk. Default no, and then that start is refused before QEMU 6.2, which such a request kills.
     */
    public boolean idleExports() {
        return idleExports;
    }

    /** The same with another {@link #idleExports()}. */
    public BlockJobOptions withIdleExports(boolean idle) {
        return changed(copy -> copy.idleExports = idle);
    }

    private static int notNegative(int retries) {
        if (retries < 0) {
            throw new IllegalArgumentException("pivotRetries (%d) must not be negative".formatted(retries));
        }
        return retries;
    }

    private List<Object> properties() {
        return List.of(
                progressInterval,
                checkInterval,
                pivotRetries,
                convergenceWindow,
                store,
                reattachWindow,
                files,
                rules,
                idleExports);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlockJobOptions same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "BlockJobOptions" + properties();
    }
}
