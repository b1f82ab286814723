package io.github.qmp4j.blockjobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a live disk as a busy guest does: several requests at a time, each lane in its own part of the disk. What QEMU
 * has acknowledged is written to a record too, a raw image that QEMU knows nothing of; and what was written before is read
 * back now and then.
 */
final class GuestWriter implements AutoCloseable {
    private static final int LANES = 4;
    private static final int SECTOR = 512;
    private static final int MOST_SECTORS = 128;
    /** Between two requests of a lane: what all lanes write together a job can keep up with. */
    private static final long PAUSE_NANOS = 2_000_000;

    private final Path socket;
    private final FileChannel record;
    private final long laneBytes;
    private final List<Thread> lanes = new ArrayList<>();
    private final AtomicLong written = new AtomicLong();

    /** Held for reading by a lane from a request to its place in the record; so whoever can write sees both alike. */
    private final ReentrantReadWriteLock quiet = new ReentrantReadWriteLock(true);

    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    /** @param record a raw image of what the guest sees now */
    GuestWriter(Path socket, Path record, long diskBytes, long seed) throws IOException {
        this.socket = socket;
        this.record = FileChannel.open(record, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // The last part is left to writes that come another way.
        this.laneBytes = diskBytes / (LANES + 1);
        for (int lane = 0; lane < LANES; lane++) {
            long start = lane * laneBytes;
            Random random = new Random(seed + lane);
            Thread thread = new Thread(() -> run(start, random), "guest-" + lane);
            thread.setDaemon(true);
            lanes.add(thread);
        }
        lanes.forEach(Thread::start);
    }

    private void run(long start, Random random) {
        try (NbdClient disk = new NbdClient(socket, "guest")) {
            while (!over) {
                quiet.readLock().lock();
                try {
                    request(disk, start, random);
                } finally {
                    quiet.readLock().unlock();
                }
                written.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException | AssertionError e) {
            failure = e;
        }
    }

    private void request(NbdClient disk, long start, Random random) throws IOException {
        int length = SECTOR * (1 + random.nextInt(MOST_SECTORS));
        long offset = start + (long) SECTOR * random.nextInt((int) ((laneBytes - length) / SECTOR));
        switch (random.nextInt(10)) {
            case 0 -> {
                disk.writeZeroes(offset, length);
                note(offset, new byte[length]);
            }
            case 1 -> disk.flush();
            case 2, 3 -> requireAsNoted(offset, disk.read(offset, length));
            default -> {
                byte[] data = new byte[length];
                random.nextBytes(data);
                disk.write(offset, data);
                note(offset, data);
            }
        }
    }

    /** Puts what was written on another way into the record. */
    void note(long offset, byte[] data) throws IOException {
        record.write(ByteBuffer.wrap(data), offset);
    }

    private void requireAsNoted(long offset, byte[] seen) throws IOException {
        ByteBuffer noted = ByteBuffer.allocate(seen.length);
        record.read(noted, offset);
        if (!Arrays.equals(noted.array(), seen)) {
            throw new AssertionError(
                    "the guest does not see at %d what it wrote (%d bytes)".formatted(offset, seen.length));
        }
    }

    /** Where the part of the disk begins that is left to writes which come another way. */
    long freePart() {
        return LANES * laneBytes;
    }

    /** Waits until so many more requests are done. */
    void awaitMore(long requests) {
        long until = written.get() + requests;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (written.get() < until) {
            requireNoFailure();
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the guest's writes hang at " + written);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void requireNoFailure() {
        Throwable cause = failure;
        if (cause != null) {
            throw new AssertionError("the guest's disk failed", cause);
        }
    }

    /** Does this while nothing is being written, so that the record is what the guest sees. */
    void whileQuiet(Runnable action) {
        quiet.writeLock().lock();
        try {
            action.run();
        } finally {
            quiet.writeLock().unlock();
        }
    }

    /** Ends the writing, and compares all that the guest sees with the record; gives how many requests there were. */
    long stopAndCompare() throws IOException {
        stop();
        requireNoFailure();
        int chunk = 1 << 20;
        try (NbdClient disk = new NbdClient(socket, "guest")) {
            for (long offset = 0; offset < disk.size(); offset += chunk) {
                requireAsNoted(offset, disk.read(offset, (int) Math.min(chunk, disk.size() - offset)));
            }
        }
        return written.get();
    }

    private void stop() {
        over = true;
        for (Thread lane : lanes) {
            try {
                lane.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        stop();
        record.close();
    }
}
