package io.github.qmp4j.blockjobs;

import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A copy, {@code drive-mirror}: the disk is copied to a file and kept in step with it until
 * {@link BlockJob#pivot()} makes the copy the active layer, or {@link BlockJob#finishWithoutPivot()} leaves it as it is.
 *
 * @param target an absolute path in QEMU's file system
 * @param format the format of the target; never guessed, since a guest can write what looks like another format
 * @param shallow whether only the active layer is copied, onto the same backing chain
 * @param reuseExternal whether the target exists and is to be used; otherwise it must not exist
 * @param granularity the size in bytes of what is copied at once: a power of two from 512 to 64 MiB
 * @param bufSize how many bytes may be in flight
 * @param synchronousWrites whether the guest's writes go to both sides at once, so that a busy guest cannot outrun the
 *     copy
 * @param whenReady what is done at READY
 */
public record CopyRequest(
        DiskRef disk,
        String target,
        String format,
        boolean shallow,
        boolean reuseExternal,
        OptionalLong granularity,
        OptionalLong bufSize,
        boolean synchronousWrites,
        WhenReady whenReady,
        JobSettings settings)
        implements BlockJobRequest {
    private static final long LEAST_GRANULARITY = 512;
    private static final long MOST_GRANULARITY = 64L << 20;

    public CopyRequest {
        if (!target.startsWith("/") || target.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the target '%s' is no absolute path; QEMU would take another name apart".formatted(target));
        }
        if (format.isBlank()) {
            throw new IllegalArgumentException("a copy needs the format of its target, for example qcow2 or raw");
        }
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
    }

    /** A copy of the whole contents to a new file. */
    public static CopyRequest of(String disk, String target, String format) {
        return new CopyRequest(
                DiskRef.of(disk),
                target,
                format,
                false,
                false,
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                WhenReady.HOLD,
                JobSettings.DEFAULT);
    }

    public CopyRequest ofActiveLayerOnly() {
        return changed(draft -> draft.shallow = true);
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

    public CopyRequest whenReady(WhenReady then) {
        return changed(draft -> draft.whenReady = then);
    }

    public CopyRequest with(JobSettings newSettings) {
        return changed(draft -> draft.settings = newSettings);
    }

    private CopyRequest changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new CopyRequest(
                disk,
                target,
                format,
                draft.shallow,
                draft.reuseExternal,
                draft.granularity,
                draft.bufSize,
                draft.synchronousWrites,
                draft.whenReady,
                draft.settings);
    }

    /** What can be changed of a request. */
    private static final class Draft {
        private boolean shallow;
        private boolean reuseExternal;
        private OptionalLong granularity;
        private OptionalLong bufSize;
        private boolean synchronousWrites;
        private WhenReady whenReady;
        private JobSettings settings;

        Draft(CopyRequest from) {
            shallow = from.shallow;
            reuseExternal = from.reuseExternal;
            granularity = from.granularity;
            bufSize = from.bufSize;
            synchronousWrites = from.synchronousWrites;
            whenReady = from.whenReady;
            settings = from.settings;
        }
    }
}
