package io.github.qmp4j.blockjobs.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The locks that QEMU takes on the images that it has open. Linux lists the locks of all processes, those in other containers
 * too, each with device and inode of its file.
 */
final class ImageLocks {
    /** Where QEMU locks bytes of an image: one for each permission from 100 on, and from 200 on one for each that it denies. */
    static final long FIRST = 100;

    static final long COUNT = 200;

    private static final Path LIST = Path.of("/proc/locks");
    /** QEMU takes open file description locks, or POSIX locks where there are no such. */
    private static final Set<String> KINDS = Set.of("OFDLCK", "POSIX");
    /** The kernel hands out a long list in parts, and may skip a lock between two of them. */
    private static final int READS = 2;

    private ImageLocks() {}

    /** How many openings of a file, at least, hold such locks; empty where locks cannot be seen. */
    static OptionalInt on(long device, long inode) {
        int most = 0;
        for (int i = 0; i < READS; i++) {
            try {
                most = Math.max(most, openings(Files.readAllLines(LIST), name(device, inode)));
            } catch (IOException e) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(most);
    }

    /** How the list names a file. */
    static String name(long device, long inode) {
        return "%02x:%02x:%d".formatted(major(device), minor(device), inode);
    }

    static long major(long device) {
        return (device >> 8 & 0xfff) | (device >> 32 & ~0xfffL);
    }

    static long minor(long device) {
        return (device & 0xff) | (device >> 12 & ~0xffL);
    }

    /** One opening locks a byte once, so it takes as many as the byte that is locked most often. */
    static int openings(List<String> list, String file) {
        List<long[]> ranges = new ArrayList<>();
        for (String line : list) {
            // NUMBER: KIND ADVISORY READ|WRITE PID MAJOR:MINOR:INODE FIRST LAST
            String[] words = line.trim().split("\\s+", -1);
            if (words.length == 8 && KINDS.contains(words[1]) && words[5].equals(file) && !words[7].equals("EOF")) {
                ranges.add(new long[] {Long.parseLong(words[6]), Long.parseLong(words[7])});
            }
        }
        int most = 0;
        for (long at = FIRST; at < FIRST + COUNT; at++) {
            long locked = at;
            most = Math.max(most, (int) ranges.stream()
                    .filter(range -> range[0] >= FIRST && range[0] <= locked && locked <= range[1])
                    .count());
        }
        return most;
    }
}
