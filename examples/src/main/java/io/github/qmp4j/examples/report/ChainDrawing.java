package io.github.qmp4j.examples.report;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import java.util.ArrayList;
import java.util.List;

/** A backing chain as a tree, the active layer on top. */
public final class ChainDrawing {
    private static final int INDENT = 3;

    private final boolean unicode;

    public ChainDrawing(boolean unicode) {
        this.unicode = unicode;
    }

    /** The disk's name, and below it one line for each image. */
    public List<String> draw(String disk, BlockChain chain) {
        Table table = new Table("", "", "", "", "");
        for (int depth = 0; depth < chain.nodes().size(); depth++) {
            BlockNode node = chain.nodes().get(depth);
            table.row(
                    branch(depth) + node.nodeName().orElse("(no node-name)"),
                    node.driver(),
                    Quantity.bytes(node.virtualSize()) + " / " + Quantity.bytes(node.actualSize()),
                    node.path().orElse(node.file()),
                    (depth == 0 ? "active, " : "") + (node.readOnly() ? "ro" : "rw"));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.set(0, disk);
        return lines;
    }

    private String branch(int depth) {
        return " ".repeat(depth * INDENT) + (unicode ? "└─ " : "`- ");
    }
}
