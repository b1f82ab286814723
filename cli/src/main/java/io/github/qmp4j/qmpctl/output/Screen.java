package io.github.qmp4j.qmpctl.output;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jline.terminal.impl.exec.ExecTerminalProvider;
import org.jline.terminal.spi.SystemStream;

/**
 * What standard output can show.
 *
 * @param terminal whether lines can be redrawn
 * @param width in columns
 * @param unicode whether it shows more than ASCII
 */
public record Screen(boolean terminal, int width, boolean colour, boolean unicode) {
    private static final int USUAL_WIDTH = 80;

    /** A file or a pipe. */
    public static Screen plain(boolean unicode) {
        return new Screen(false, USUAL_WIDTH, false, unicode);
    }

    /** Asks the system, which takes some milliseconds. */
    public static Screen detect(Map<String, String> environment) {
        boolean unicode = StandardCharsets.UTF_8.name().equals(nativeCharset());
        // This provider runs test(1) and stty(1); TerminalBuilder would probe the terminal for 600 ms.
        ExecTerminalProvider provider = new ExecTerminalProvider();
        if ("dumb".equals(environment.get("TERM")) || !provider.isSystemStream(SystemStream.Output)) {
            return plain(unicode);
        }
        return new Screen(true, width(environment, provider), mayColour(environment), unicode);
    }

    /** Whether the environment allows colours on a terminal: no {@code NO_COLOR}, and not a dumb terminal. */
    public static boolean mayColour(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
    }

    /** Whether standard input is a terminal. */
    public static boolean isTyped() {
        return new ExecTerminalProvider().isSystemStream(SystemStream.Input);
    }

    private static int width(Map<String, String> environment, ExecTerminalProvider provider) {
        String columns = environment.getOrDefault("COLUMNS", "");
        int width = columns.matches("[1-9][0-9]{0,3}")
                ? Integer.parseInt(columns)
                : provider.systemStreamWidth(SystemStream.Output);
        return width > 0 ? width : USUAL_WIDTH;
    }

    private static String nativeCharset() {
        return System.getProperty("native.encoding", Charset.defaultCharset().name());
    }
}
