package io.github.qmp4j.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * One event.
 *
 * @param name QEMU's name for it, for example {@code BLOCK_JOB_READY}; newer versions of QEMU have more of them
 * @param data its members; an empty object where QEMU sends none. Not to be changed: all listeners see the same one
 * @param time when QEMU says that it happened; the epoch where QEMU's clock failed
 */
public record QmpEvent(String name, JsonNode data, Instant time) {}
