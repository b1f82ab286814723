package io.github.qmp4j.client;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps no more than so many in-band commands with QEMU at once; what is beyond that waits here for its turn. QEMU stops
 * reading when too many are queued, and an out-of-band command would have to wait behind them. A command that has timed
 * out is still with QEMU until its reply comes. Belongs to the event loop.
 */
final class InBandLane {
    private record Waiting(long id, byte[] line) {}

    private final int most;
    private final Consumer<byte[]> wire;
    private final Set<Long> withQemu = new HashSet<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    /** @param most how many at once; without a limit nothing is kept here at all */
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
            waiting.add(new Waiting(id, line));
        }
    }

    /** A reply came, in time or not. */
    void answered(long id) {
        Waiting next = withQemu.remove(id) ? waiting.poll() : null;
        if (next != null) {
            withQemu.add(next.id());
            wire.accept(next.line());
        }
    }

    /** Takes a command back if it still waits for its turn; false if QEMU may have seen it. */
    boolean takeBack(long id) {
        return waiting.removeIf(command -> command.id() == id);
    }
}
