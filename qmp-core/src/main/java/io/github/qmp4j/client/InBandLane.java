package io.github.qmp4j.client;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps no more than so many in-band commands with QEMU at once; what is beyond that waits here for its turn. QEMU stops
 * reading when too many are queued, and an out-of-band command would have to wait behind them. A command that has timed
 * out is still with QEMU until its reply comes. Belongs to the event loop.
 */
final class InBandLane {
    private final int most;
    private final Consumer<byte[]> wire;
    private final Set<Long> withQemu = new HashSet<>();

    /** In the order in which they came. */
    private final Map<Long, byte[]> waiting = new LinkedHashMap<>();

    /**
     * A lane to {@code wire}.
     *
     * @param most how many at once; {@link Integer#MAX_VALUE} for no limit
     */
    InBandLane(int most, Consumer<byte[]> wire) {
        this.most = most;
        this.wire = wire;
    }

    void send(long id, byte[] line) {
        if (most == Integer.MAX_VALUE) {
            wire.accept(line);
        } else if (withQemu.size() < most) {
            withQemu.add(id);
            wire.accept(line);
        } else {
            waiting.put(id, line);
        }
    }

    /** A reply came, in time or not. */
    void answered(long id) {
        if (withQemu.remove(id) && !waiting.isEmpty()) {
            Map.Entry<Long, byte[]> next = waiting.entrySet().iterator().next();
            waiting.remove(next.getKey());
            withQemu.add(next.getKey());
            wire.accept(next.getValue());
        }
    }

    /** Takes a command back if it still waits for its turn; false if QEMU may have seen it. */
    boolean takeBack(long id) {
        return waiting.remove(id) != null;
    }
}
