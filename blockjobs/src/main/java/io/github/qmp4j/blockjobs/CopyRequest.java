package io.github.qmp4j.blockjobs;

import java.util.OptionalLong;

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
                JobSettings.DEFAULT);
    }

    public CopyRequest ofActiveLayerOnly() {
        return new CopyRequest(
                disk, target, format, true, reuseExternal, granularity, bufSize, synchronousWrites, settings);
    }

    public CopyRequest ontoExistingFile() {
        return new CopyRequest(disk, target, format, shallow, true, granularity, bufSize, synchronousWrites, settings);
    }

    public CopyRequest granularity(long bytes) {
        return new CopyRequest(
                disk,
                target,
                format,
                shallow,
                reuseExternal,
                OptionalLong.of(bytes),
                bufSize,
                synchronousWrites,
                settings);
    }

    public CopyRequest bufSize(long bytes) {
        return new CopyRequest(
                disk,
                target,
                format,
                shallow,
                reuseExternal,
                granularity,
                OptionalLong.of(bytes),
                synchronousWrites,
                settings);
    }

    public CopyRequest withSynchronousWrites() {
        return new CopyRequest(disk, target, format, shallow, reuseExternal, granularity, bufSize, true, settings);
    }

    public CopyRequest with(JobSettings newSettings) {
        return new CopyRequest(
                disk, target, format, shallow, reuseExternal, granularity, bufSize, synchronousWrites, newSettings);
    }
}
