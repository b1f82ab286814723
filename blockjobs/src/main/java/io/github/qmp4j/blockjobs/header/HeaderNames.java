package io.github.qmp4j.blockjobs.header;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.plan.BackingString;
import java.util.Optional;

/** What the header of an image is to name, by the backing node that the image has. */
public final class HeaderNames {
    private HeaderNames() {}

    /** What the header of an image is to name, where it does not name its backing node; empty where it does, or that is not known. */
    public static Optional<String> rightName(BlockNode image, Graph graph) {
        Optional<BlockNode> below = image.nodeName()
                .flatMap(graph::chainOf)
                .filter(chain -> chain.nodes().size() > 1)
                .map(chain -> chain.nodes().get(chain.imagePlaceFrom(1)));
        return below.isPresent() && !fits(image, below) ? text(image, below.get()) : Optional.empty();
    }

    public static boolean fits(BlockNode image, Optional<BlockNode> below) {
        Optional<String> header = image.backingFile();
        return header.isPresent() == below.isPresent()
                && header.map(name -> GraphNode.mayBeOneFile(name, below.get().file()))
                        .orElse(true);
    }

    /** Empty where it takes more than a name to open that node. */
    public static Optional<String> text(BlockNode image, BlockNode below) {
        try {
            return Optional.of(BackingString.of(image, below, BackingName.AS_OPENED));
        } catch (BlockChainException cannotBeWritten) {
            return Optional.empty();
        }
    }
}
