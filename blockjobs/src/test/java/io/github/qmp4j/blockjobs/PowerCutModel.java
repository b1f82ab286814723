package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.Recording;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a guest may see after a power cut: what it had flushed, and of what it had not each sector as before or as written. */
final class PowerCutModel {
    private static final int SECTOR = 512;

    private final byte[] before;
    private final List<Write> writes = new ArrayList<>();

    /** What the guest saw before its first write. */
    PowerCutModel(byte[] before) {
        this.before = before.clone();
    }

    /**
     * One write of the guest, to sectors that it writes once.
     *
     * @param began the record's position before it
     * @param flushed the record's position when it and a flush after it had ended
     */
    private record Write(byte pattern, int offset, int bytes, long began, long flushed) {

        boolean covers(int position) {
            return position >= offset && position < offset + bytes;
        }
    }

    void wrote(int pattern, int offset, int bytes, long began) {
        writes.add(new Write((byte) pattern, offset, bytes, began, Long.MAX_VALUE));
    }

    /** All that was written up to now was flushed. */
    void flushed(long position) {
        writes.replaceAll(write -> write.flushed() < Long.MAX_VALUE
                ? write
                : new Write(write.pattern(), write.offset(), write.bytes(), write.began(), position));
    }

    /** What is wrong with that which a guest sees when the power was cut after so many steps. */
    Optional<String> wrong(byte[] seen, Recording recording, int steps) {
        if (seen.length != before.length) {
            return Optional.of("the disk has %d bytes, not %d".formatted(seen.length, before.length));
        }
        for (int sector = 0; sector < seen.length; sector += SECTOR) {
            if (!mayBe(seen, sector, recording, steps)) {
                return Optional.of("the sector at %d begins with %d, and was %d before the job"
                        .formatted(sector, seen[sector], before[sector]));
            }
        }
        return Optional.empty();
    }

    private boolean mayBe(byte[] seen, int sector, Recording recording, int steps) {
        Optional<Write> write =
                writes.stream().filter(each -> each.covers(sector)).findFirst();
        boolean mayBeOld =
                write.map(each -> steps < recording.stepsUntil(each.flushed())).orElse(true);
        boolean mayBeNew =
                write.map(each -> steps > recording.stepsUntil(each.began())).orElse(false);
        int end = sector + SECTOR;
        return (mayBeOld && Arrays.equals(seen, sector, end, before, sector, end))
                || (mayBeNew && isAll(seen, sector, write.orElseThrow().pattern()));
    }

    private static boolean isAll(byte[] seen, int sector, byte pattern) {
        for (int position = sector; position < sector + SECTOR; position++) {
            if (seen[position] != pattern) {
                return false;
            }
        }
        return true;
    }
}
