package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.text.FileName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A node of the block graph.
 *
 * @param ofJob whether a job has put it above the node that it works on
 * @param isCurrent whether the image was read now, and not by an earlier reading
 * @param image its details besides its name; empty where QEMU could not be asked for them without danger
 * @param snapshots the internal snapshots of its image, each by its name and the time when it was made; empty where the image was not
 *     read now
 */
public record GraphNode(
        String name, boolean ofJob, boolean isCurrent, Optional<BlockNode> image, Set<InternalSnapshot> snapshots) {

    public GraphNode {
        snapshots = Set.copyOf(snapshots);
    }

    /** Whether a user may have given it its name; QEMU's own names begin with a #. */
    boolean isNamed() {
        return isNamed(name);
    }

    public static boolean isNamed(String name) {
        return !name.startsWith("#");
    }

    public List<DirtyBitmap> bitmaps() {
        return image.map(BlockNode::bitmaps).orElse(List.of());
    }

    /** The names of those of its dirty bitmaps that are stored in its image. */
    public Set<String> persistentBitmaps() {
        return bitmaps().stream()
                .filter(DirtyBitmap::persistent)
                .map(DirtyBitmap::name)
                .collect(Collectors.toSet());
    }

    /** Whether its file may be this one, be it by another text. */
    public boolean mayBeFile(String file) {
        return image.filter(known -> mayBeOneFile(known.file(), file)).isPresent();
    }

    /** Whether both may be names of one file, be it by other texts. */
    public static boolean mayBeOneFile(String one, String other) {
        return new FileName(one).mayBeSameFile(new FileName(other));
    }

    /** The command that takes a node out of QEMU. */
    public static QmpCommand<JsonNode> removal(String nodeName) {
        return QmpCommand.of("blockdev-del").with("node-name", nodeName);
    }
}
