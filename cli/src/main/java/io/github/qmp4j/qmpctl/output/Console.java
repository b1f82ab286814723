package io.github.qmp4j.qmpctl.output;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/**
 * Where the program writes: what was asked for goes to {@code out}, what a person should know besides to {@code err}.
 *
 * @param json whether {@code out} is for a program
 */
public record Console(PrintStream out, PrintStream err, boolean json) {

    public void print(ObjectNode line) {
        out.println(line);
    }

    public void print(List<String> lines) {
        lines.forEach(out::println);
    }

    /** A sentence for a person, wherever that one looks. */
    public void say(String sentence) {
        (json ? err : out).println(sentence);
    }

    public void warn(String sentence) {
        err.println("qmpctl: " + sentence);
    }
}
