package io.github.qmp4j.blockjobs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A guest that writes the first 16 MiB of its disk again and again, each round with another byte, as fast as it can. */
final class GuestWrites implements AutoCloseable {
    static final long EXTENT = 16 * TestVm.MIB;
    private static final int BYTES = 251;

    private final AtomicBoolean goOn = new AtomicBoolean(true);
    private final AtomicLong written = new AtomicLong();
    private final CompletableFuture<Integer> last;

    GuestWrites(TestVm vm, String device) {
        last = CompletableFuture.supplyAsync(() -> write(vm, device), task -> new Thread(task, "guest").start());
    }

    /** Ends with a whole round, and gives its byte. */
    private int write(TestVm vm, String device) {
        int round = 1;
        while (true) {
            for (long at = 0; at < EXTENT; at += TestVm.MIB) {
                vm.qemu.guestWrite(device, 1 + round % BYTES, at, TestVm.MIB);
                written.addAndGet(TestVm.MIB);
            }
            if (!goOn.get()) {
                return 1 + round % BYTES;
            }
            round++;
        }
    }

    /** How many bytes it has written so far. */
    long written() {
        return written.get();
    }

    /** Ends the round that it is in; gives the byte that all of the extent holds then. */
    int stop() {
        goOn.set(false);
        return TestVm.get(last);
    }

    @Override
    public void close() {
        goOn.set(false);
    }
}
