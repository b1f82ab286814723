package io.github.qmp4j.blockjobs;

import java.util.OptionalLong;

/**
 * A dirty bitmap of an image: it remembers what was written since it was cleared.
 *
 * @param name empty for one without a name, as a running job has
 * @param granularity how many bytes one bit stands for
 * @param dirtyBytes how many bytes are marked; empty where only the header of the image tells of the bitmap
 * @param recording whether it marks new writes
 * @param persistent whether it is stored in its image when that is closed
 * @param busy whether a job or an export uses it, so that it cannot be changed
 * @param inconsistent whether it was not stored properly, and is good for nothing but to be removed
 */
public record DirtyBitmap(
        String name,
        long granularity,
        OptionalLong dirtyBytes,
        boolean recording,
        boolean persistent,
        boolean busy,
        boolean inconsistent) {}
