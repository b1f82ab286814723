package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.TargetPath;

/** Where a copy goes to. */
public sealed interface CopyTarget {

    /**
     * A regular file: a new one, or with {@link CopyRequest#withReuseExternal} one that is there.
     *
     * @param path an absolute path in QEMU's file system
     * @param format never guessed, since a guest can write what looks like another format
     */
    record File(String path, String format) implements CopyTarget {
        public File {
            TargetPath.require(path);
            requireFormat(format);
        }
    }

    /**
     * A block device, all of which is overwritten.
     *
     * @param path an absolute path in QEMU's file system
     * @param format {@code raw}, or a format that is on the device already
     */
    record BlockDevice(String path, String format) implements CopyTarget {
        public BlockDevice {
            TargetPath.require(path);
            requireFormat(format);
        }
    }

    /** A node that the caller has added, and that stays the caller's to remove. */
    record Node(String nodeName) implements CopyTarget {
        public Node {
            if (nodeName.isBlank()) {
                throw new IllegalArgumentException("the node-name of the target is empty");
            }
        }
    }

    private static void requireFormat(String format) {
        if (format.isBlank()) {
            throw new IllegalArgumentException("a copy needs the format of its target, for example qcow2 or raw");
        }
    }
}
