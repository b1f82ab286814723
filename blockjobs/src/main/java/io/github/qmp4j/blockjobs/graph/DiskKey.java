package io.github.qmp4j.blockjobs.graph;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;

/**
 * Which disk it is, from one reading of the graph to the next: where it is plugged in, and for a disk without a guest device
 * its topmost node. Each is empty where the disk has none of it.
 */
public record DiskKey(String device, String qdev, String node) {

    public static DiskKey of(Disk disk) {
        String device = disk.device().orElse("");
        String qdev = disk.qdev().orElse("");
        if (disk.isPluggedIn()) {
            return new DiskKey(device, qdev, "");
        }
        // A disk of which nothing else is known is still told from others by its file.
        BlockNode top = disk.chain().activeLayer();
        return new DiskKey("", "", top.nodeName().orElseGet(() -> "file " + top.file()));
    }
}
