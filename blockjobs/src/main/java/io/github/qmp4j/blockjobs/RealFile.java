package io.github.qmp4j.blockjobs;

import java.util.OptionalInt;

/**
 * The file that a path leads to at one moment.
 *
 * @param id the same for two paths if and only if they lead to one file, for example its device and inode
 * @param names how many names the file has: more than 1 with hard links
 * @param direct whether the path itself is a regular file, and no symbolic link to one
 * @param openings how many openings of the file, at least, hold the locks that QEMU takes on an image; empty where locks
 *     cannot be seen
 */
public record RealFile(String id, long names, boolean direct, OptionalInt openings) {

    public boolean isSameFile(RealFile other) {
        return id.equals(other.id);
    }
}
