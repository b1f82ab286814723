package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.FileName;
import java.util.ArrayList;
import java.util.List;

/**
 * The images of a disk, and the filters among them.
 *
 * @param nodes the active layer first, with the filters above it if there are any, the lowest base last; never empty
 */
public record BlockChain(List<BlockNode> nodes) {

    public BlockChain {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a chain has at least one node");
        }
    }

    /** The node that the guest writes to: the active layer, or a filter above it. */
    public BlockNode activeLayer() {
        return nodes.get(0);
    }

    /** The image that the guest's writes end in, below any filters. */
    public BlockNode activeImage() {
        return nodes.get(imagePlaceFrom(0));
    }

    /** The place of the first image from here on down; of the last node if they are all filters. */
    public int imagePlaceFrom(int place) {
        int image = place;
        while (image < nodes.size() - 1 && nodes.get(image).isFilter()) {
            image++;
        }
        return image;
    }

    /**
     * The images whose header does not name the image that is below them now: QEMU would read another chain when it opens them
     * the next time. An overlay that was put on top with {@code blockdev-snapshot} can be one, or an image that was opened on
     * another backing node than its header says. A name that cannot be compared counts as another one.
     */
    public List<BlockNode> staleHeaders() {
        List<BlockNode> stale = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            BlockNode image = nodes.get(i);
            int below = i + 1 < nodes.size() ? imagePlaceFrom(i + 1) : nodes.size();
            boolean right = image.isFilter()
                    || (below == nodes.size()
                            ? image.backingFile().isEmpty()
                            : FileName.names(image, nodes.get(below)));
            if (!right) {
                stale.add(image);
            }
        }
        return stale;
    }
}
