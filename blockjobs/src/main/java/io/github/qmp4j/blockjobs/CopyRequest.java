package io.github.qmp4j.blockjobs;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A copy, {@code drive-mirror} or {@code blockdev-mirror}: the disk is copied to another place and kept in step with it until
 * {@link BlockJob#pivot()} makes the copy the active layer, or {@link BlockJob#finishWithoutPivot()} leaves it as it is.
 *
 * <p>A new file must not exist. A target that exists must have exactly the size of the disk, and its header must name the
 * backing file that the copy will stand on, or none for a full copy; all that is looked at before the start.
 *
 * @param target where it goes to
 * @param extent how much is copied
 * @param engine which of QEMU's commands does it
 * @param reuseExternal whether a target file exists and is to be used; otherwise it must not exist
 * @param granularity the size in bytes of what is copied at once: a power of two from 512 to 64 MiB
 * @param bufSize how many bytes may be in flight
 * @param synchronousWrites whether the guest's writes go to both sides at once, so that a busy guest cannot outrun the
 *     copy
 * @param unmap whether what the disk does not use may be unmapped in the target too; default yes
 * @param whenReady what is done at READY
 */
public record CopyRequest(
        DiskRef disk,
        CopyTarget target,
        CopyExtent extent,
        CopyEngine engine,
        boolean reuseExternal,
        OptionalLong granularity,
        OptionalLong bufSize,
        boolean synchronousWrites,
        boolean unmap,
        WhenReady whenReady,
        JobSettings settings)
        implements BlockJobRequest {
    private static final long LEAST_GRANULARITY = 512;
    private static final long MOST_GRANULARITY = 64L << 20;

    public CopyRequest {
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

    /** A copy of the whole contents to a new file. */
    public static CopyRequest of(String disk, String target, String format) {
        return of(disk, new CopyTarget.File(target, format));
    }

    /** A copy of the whole contents. */
    public static CopyRequest of(String disk, CopyTarget target) {
        return new CopyRequest(
                DiskRef.of(disk),
                target,
                CopyExtent.FULL,
                CopyEngine.AUTO,
                false,
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                true,
                WhenReady.HOLD,
                JobSettings.DEFAULT);
    }

    public CopyRequest extent(CopyExtent newExtent) {
        return changed(draft -> draft.extent = newExtent);
    }

    /** The same as {@link #extent} with {@link CopyExtent#TOP}. */
    public CopyRequest ofActiveLayerOnly() {
        return extent(CopyExtent.TOP);
    }

    public CopyRequest engine(CopyEngine newEngine) {
        return changed(draft -> draft.engine = newEngine);
    }

    public CopyRequest ontoExistingFile() {
        return changed(draft -> draft.reuseExternal = true);
    }

    public CopyRequest granularity(long bytes) {
        return changed(draft -> draft.granularity = OptionalLong.of(bytes));
    }

    public CopyRequest bufSize(long bytes) {
        return changed(draft -> draft.bufSize = OptionalLong.of(bytes));
    }

    public CopyRequest withSynchronousWrites() {
        return changed(draft -> draft.synchronousWrites = true);
    }

    public CopyRequest withoutUnmap() {
        return changed(draft -> draft.unmap = false);
    }

    public CopyRequest whenReady(WhenReady then) {
        return changed(draft -> draft.whenReady = then);
    }

    public CopyRequest with(JobSettings newSettings) {
        return changed(draft -> draft.settings = newSettings);
    }

    /** The path of the file that the job is to make; empty if it makes none. */
    public Optional<String> newFile() {
        return target instanceof CopyTarget.File file && !reuseExternal ? Optional.of(file.path()) : Optional.empty();
    }

    private CopyRequest changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new CopyRequest(
                disk,
                target,
                draft.extent,
                draft.engine,
                draft.reuseExternal,
                draft.granularity,
                draft.bufSize,
                draft.synchronousWrites,
                draft.unmap,
                draft.whenReady,
                draft.settings);
    }

    /** What can be changed of a request. */
    private static final class Draft {
        private CopyExtent extent;
        private CopyEngine engine;
        private boolean reuseExternal;
        private OptionalLong granularity;
        private OptionalLong bufSize;
        private boolean synchronousWrites;
        private boolean unmap;
        private WhenReady whenReady;
        private JobSettings settings;

        Draft(CopyRequest from) {
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
    }

    @Override
    public JobType type() {
        return JobType.COPY;
    }
}
