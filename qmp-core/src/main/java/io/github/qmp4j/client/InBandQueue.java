package io.github.qmp4j.client;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Limits how many in-band commands are with QEMU at once; further ones wait here for their turn. QEMU stops
 * reading when too many are queued, and an out-of-band command would have to wait behind them. A command that has timed
 * out is still with QEMU until its reply comes. Belongs to the event loop.
 */
final class InBandQueue {
    /** @param alone whether it goes only when no other is with QEMU, and none goes before its reply has come */
    private record Waiting(boolean alone, Runnable send) {}

    private final int most;
    private final Set<Long> withQemu = new HashSet<>();

    /** Whether the one that is with QEMU is to be alone there. */
    private boolean alone;

    /** In the order in which they came. */
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();

    /** @param most how many at once; {@link Integer#MAX_VALUE} for no limit, and then none is alone either */
    InBandQueue(int most) {
        this.most = most;
    }

    /** Runs {@code send} when it is this command's turn. */
    void send(long id, Runnable send) {
        enter(id, new Waiting(false, send));
    }

    /** The same for a command that must be alone with QEMU. */
    void sendAlone(long id, Runnable send) {
        enter(id, new Waiting(true, send));
    }

    private void enter(long id, Waiting line) {
        if (most == Integer.MAX_VALUE) {
            line.send().run();
        } else if (waiting.isEmpty() && hasRoomFor(line)) {
            go(id, line);
        } else {
            waiting.put(id, line);
        }
    }

    private boolean hasRoomFor(Waiting line) {
        return withQemu.isEmpty() || (!alone && !line.alone() && withQemu.size() < most);
    }

    private void go(long id, Waiting line) {
        withQemu.add(id);
        alone = line.alone();
        line.send().run();
    }

    /** A reply came, in time or not; or the command was not sent after all. */
    void answered(long id) {
        if (withQemu.remove(id)) {
            advance();
        }
    }

    /**
     * Takes a command back if it still waits for its turn; false if QEMU may have seen it. Those behind it are let go by
     * {@link #advance}.
     */
    boolean takeBack(long id) {
        return waiting.remove(id) != null;
    }

    /** Lets go whose turn it is. One that has to be alone holds up those behind it. */
    void advance() {
        while (!waiting.isEmpty()) {
            // Looked up again each time, since what is sent may come back here at once.
            Map.Entry<Long, Waiting> next = waiting.entrySet().iterator().next();
            if (!hasRoomFor(next.getValue())) {
                return;
            }
            waiting.remove(next.getKey());
            go(next.getKey(), next.getValue());
        }
    }
}
