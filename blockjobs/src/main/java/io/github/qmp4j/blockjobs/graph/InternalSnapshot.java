package io.github.qmp4j.blockjobs.graph;

import java.time.Instant;

/**
 * A snapshot inside an image, as {@code savevm}, {@code snapshot-save} and {@code blockdev-snapshot-internal-sync} make it.
 *
 * @param time when it was made; {@code savevm} gives all images of a machine the same
 */
public record InternalSnapshot(String name, Instant time) {}
