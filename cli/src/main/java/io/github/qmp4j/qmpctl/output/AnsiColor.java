package io.github.qmp4j.qmpctl.output;

/** Colours a text with ANSI escape codes, or returns it unchanged without colour. */
public record AnsiColor(boolean colour) {
    private static final String NORMAL = "\033[0m";

    public String red(String text) {
        return painted("\033[31m", text);
    }

    public String green(String text) {
        return painted("\033[32m", text);
    }

    public String yellow(String text) {
        return painted("\033[33m", text);
    }

    private String painted(String start, String text) {
        return colour ? start + text + NORMAL : text;
    }
}
