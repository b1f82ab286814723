package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.qmp4j.testkit.RealQemu;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Writes to the guest's disk and flushes it, as the guest would, and tells the model. Each write has its own part of the disk. */
final class PowerCutGuest {
    private static final int PARTS = 32;
    private static final int SECTOR = 512;
    private static final int MOST_SECTORS = 12;
    private static final int FIRST_PATTERN = 201;

    private final RealQemu qemu;
    private final PowerCutDisk disk;
    private final PowerCutModel model;
    private final Random random;
    private final Deque<Integer> parts;

    PowerCutGuest(RealQemu qemu, PowerCutDisk disk, PowerCutModel model, Random random) {
        this.qemu = qemu;
        this.disk = disk;
        this.model = model;
        this.random = random;
        List<Integer> all = new ArrayList<>(IntStream.range(0, PARTS).boxed().toList());
        Collections.shuffle(all, random);
        this.parts = new ArrayDeque<>(all);
    }

    /** So many writes that are flushed then, and one that is not. */
    void works(int flushed) {
        for (int write = 0; write < flushed; write++) {
            write();
        }
        flush();
        write();
    }

    private void write() {
        int part = parts.removeLast();
        int bytes = SECTOR * (1 + random.nextInt(MOST_SECTORS));
        int size = PowerCutDisk.SIZE / PARTS;
        int offset = part * size + SECTOR * random.nextInt((size - bytes) / SECTOR);
        int pattern = FIRST_PATTERN + part;
        long began = disk.recorder.position();
        qemu.guestWrite("disk0", pattern, offset, bytes);
        model.wrote(pattern, offset, bytes, began);
    }

    private void flush() {
        qemu.oracle()
                .execute(
                        "human-monitor-command",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("command-line", "qemu-io -d /machine/peripheral/disk0/virtio-backend \"flush\""));
        model.flushed(disk.recorder.position());
    }
}
