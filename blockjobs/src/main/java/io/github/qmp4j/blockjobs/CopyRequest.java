package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A copy, {@code drive-mirror} or {@code blockdev-mirror}: the disk is copied to another place and kept in step with it until
 * {@link BlockJob#pivot()} makes the copy the active layer, or {@link BlockJob#finishWithoutPivot()} leaves it as it is. Immutable; a
 * {@code with} method gives a changed copy.
 *
 * <p>A new file must not exist. A target that exists must have exactly the size of the disk, and its header must name the
 * backing file that the copy will stand on, or none for a full copy; all that is looked at before the start.
 */
public final class CopyRequest implements BlockJobRequest {
    private static final long LEAST_GRANULARITY = 512;
    private static final long MOST_GRANULARITY = 64L << 20;

    private final DiskRef disk;
    private final CopyTarget target;

    // Written only before the object is given out.
    private CopyExtent extent = CopyExtent.FULL;
    private CopyEngine engine = CopyEngine.AUTO;
    private boolean reuseExternal;
    private OptionalLong granularity = OptionalLong.empty();
    private OptionalLong bufSize = OptionalLong.empty();
    private boolean synchronousWrites;
    private boolean unmap = true;
    private WhenReady whenReady = WhenReady.HOLD;
    private JobSettings settings = JobSettings.defaults();

    private CopyRequest(DiskRef disk, CopyTarget target) {
        this.disk = disk;
        this.target = target;
    }

    private CopyRequest(CopyRequest from) {
        disk = from.disk;
        target = from.target;
        extent = from.extent;
        engine = from.engine;
        reuseExternal = from.reuseExternal;
        granularity = from.granularity;
        bufSize = from.bufSize;
        synchronousWrites = from.synchronousWrites;
        unmap = from.unmap;
        whenReady = from.whenReady;
        settings = from.settings;
    }

    /** A copy of the whole contents to a new file. */
    public static CopyRequest of(String disk, String target, String format) {
        return of(disk, new CopyTarget.File(target, format));
    }

    /** A copy of the whole contents. */
    public static CopyRequest of(String disk, CopyTarget target) {
        CopyRequest request = new CopyRequest(DiskRef.of(disk), target);
        request.requireFitting();
        return request;
    }

    private CopyRequest changed(Consumer<CopyRequest> change) {
        CopyRequest copy = new CopyRequest(this);
        change.accept(copy);
        copy.requireFitting();
        return copy;
    }

    private void requireFitting() {
        granularity.ifPresent(bytes -> {
            if (bytes < LEAST_GRANULARITY || bytes > MOST_GRANULARITY || Long.bitCount(bytes) != 1) {
                throw new IllegalArgumentException(
                        "the granularity (%d bytes) must be a power of two from 512 to 64 MiB".formatted(bytes));
            }
        });
        bufSize.ifPresent(bytes -> {
            if (bytes < 0) {
                throw new IllegalArgumentException("the buffer size (%d bytes) must not be negative".formatted(bytes));
            }
        });
        boolean isFile = target instanceof CopyTarget.File;
        if (engine == CopyEngine.DRIVE_MIRROR && !isFile) {
            throw new IllegalArgumentException("drive-mirror copies to files only; use another engine, or AUTO");
        }
        if (reuseExternal && !isFile) {
            throw new IllegalArgumentException(
                    "only a file is asked to be there already; a block device or a node always is");
        }
        if (extent == CopyExtent.NONE && (!isFile || reuseExternal || engine == CopyEngine.BLOCKDEV_MIRROR)) {
            throw new IllegalArgumentException(
                    "a copy that stands on the disk itself (NONE) goes to a new file, by drive-mirror");
        }
    }

    @Override
    public DiskRef disk() {
        return disk;
    }

    /** Where it goes to. */
    public CopyTarget target() {
        return target;
    }

    /** How much is copied; default all of it. */
    public CopyExtent extent() {
        return extent;
    }

    /** The same with another {@link #extent()}. */
    public CopyRequest withExtent(CopyExtent part) {
        return changed(copy -> copy.extent = part);
    }

    /** Which of QEMU's commands does it; default the one that fits. */
    public CopyEngine engine() {
        return engine;
    }

    /** The same with another {@link #engine()}. */
    public CopyRequest withEngine(CopyEngine command) {
        return changed(copy -> copy.engine = command);
    }

    /** Whether the target file exists and is to be used; default no, and it must not exist. */
    public boolean reuseExternal() {
        return reuseExternal;
    }

    /** The same with another {@link #reuseExternal()}. */
    public CopyRequest withReuseExternal(boolean exists) {
        return changed(copy -> copy.reuseExternal = exists);
    }

    /** The size in bytes of what is copied at once: a power of two from 512 to 64 MiB; empty leaves it to QEMU. */
    public OptionalLong granularity() {
        return granularity;
    }

    /** The same with another {@link #granularity()}. */
    public CopyRequest withGranularity(long bytes) {
        return changed(copy -> copy.granularity = OptionalLong.of(bytes));
    }

    /** How many bytes may be in flight, not negative; empty leaves it to QEMU. */
    public OptionalLong bufSize() {
        return bufSize;
    }

    /** The same with another {@link #bufSize()}. */
    public CopyRequest withBufSize(long bytes) {
        return changed(copy -> copy.bufSize = OptionalLong.of(bytes));
    }

    /** Whether the guest's writes go to both sides at once, so that a busy guest cannot outrun the copy; default no. */
    public boolean synchronousWrites() {
        return synchronousWrites;
    }

    /** The same with another {@link #synchronousWrites()}. */
    public CopyRequest withSynchronousWrites(boolean synchronous) {
        return changed(copy -> copy.synchronousWrites = synchronous);
    }

    /** Whether what the disk does not use may be unmapped in the target too; default yes. */
    public boolean unmap() {
        return unmap;
    }

    /** The same with another {@link #unmap()}. */
    public CopyRequest withUnmap(boolean allowed) {
        return changed(copy -> copy.unmap = allowed);
    }

    /** The verb at READY; default hold. */
    @Override
    public WhenReady whenReady() {
        return whenReady;
    }

    /** The same with another {@link #whenReady()}. */
    public CopyRequest withWhenReady(WhenReady then) {
        return changed(copy -> copy.whenReady = then);
    }

    @Override
    public JobSettings settings() {
        return settings;
    }

    /** The same with another {@link #settings()}. */
    public CopyRequest withSettings(JobSettings settings) {
        return changed(copy -> copy.settings = settings);
    }

    /** The path of the file that the job is to make; empty if it makes none. */
    public Optional<String> newFile() {
        return target instanceof CopyTarget.File file && !reuseExternal ? Optional.of(file.path()) : Optional.empty();
    }

    @Override
    public JobType type() {
        return JobType.COPY;
    }

    private List<Object> properties() {
        return List.of(
                disk,
                target,
                extent,
                engine,
                reuseExternal,
                granularity,
                bufSize,
                synchronousWrites,
                unmap,
                whenReady,
                settings);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CopyRequest same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "CopyRequest" + properties();
    }
}
