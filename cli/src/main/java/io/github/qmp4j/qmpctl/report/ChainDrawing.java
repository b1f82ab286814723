package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Draws a backing chain as a tree, the active layer on top. */
public final class ChainDrawing {
    private static final int INDENT = 3;

    private final boolean unicode;

    public ChainDrawing(boolean unicode) {
        this.unicode = unicode;
    }

    /** The name of the disk, and below it one line for each image. */
    public List<String> draw(String disk, BlockChain chain) {
        return draw(disk, chain, List.of());
    }

    /** The name of the disk with the jobs on it, and below it one line for each image. */
    public List<String> draw(String disk, BlockChain chain, List<JobInfo> jobs) {
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
        lines.set(0, disk + jobs.stream().map(ChainDrawing::job).collect(Collectors.joining()));
        return lines;
    }

    private static String job(JobInfo job) {
        return "  %s (%s): %s, %d %%, %s"
                .formatted(
                        job.id(),
                        Json.word(job.type()),
                        Json.word(job.status()),
                        (int) job.progress().percent(),
                        Quantity.part(job.progress().offset(), job.progress().len()));
    }

    private String branch(int depth) {
        return " ".repeat(depth * INDENT) + (unicode ? "└─ " : "`- ");
    }
}
