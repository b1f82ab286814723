package io.github.qmp4j.qmpctl.output;

/** Colours for what a person should see first; without colour the text stays as it is. */
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
