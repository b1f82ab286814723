package io.github.qmp4j.qmpctl.output;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/**
 * The two streams that qmpctl writes to: results go to {@code out}, other messages for people to {@code err}.
 *
 * @param json whether {@code out} carries JSON lines only
 */
public record Console(PrintStream out, PrintStream err, boolean json) {

    public void print(ObjectNode line) {
        out.println(line);
    }

    public void print(List<String> lines) {
        lines.forEach(out::println);
    }

    /** Prints a sentence for people: to {@code err} if {@code out} carries JSON. */
    public void say(String sentence) {
        (json ? err : out).println(sentence);
    }

    public void warn(String sentence) {
        err.println("qmpctl: " + sentence);
    }
}
