package io.github.qmp4j.qmpctl.shell;

import org.jline.reader.LineReader;
import org.jline.reader.impl.DefaultHighlighter;
import org.jline.utils.AttributedString;

/** Sets the hint after the cursor. The line reader calls its highlighter each time before it draws the line. */
final class HintHighlighter extends DefaultHighlighter {
    private static final int LONGEST_PROMPT = 20;

    private final CommandHints hints;

    HintHighlighter(CommandHints hints) {
        this.hints = hints;
    }

    @Override
    public AttributedString highlight(LineReader reader, String line) {
        int room = reader.getTerminal().getSize().getColumns() - LONGEST_PROMPT - line.length();
        String tail = hints.tail(line);
        reader.setTailTip(tail.length() <= room ? tail : tail.substring(0, Math.max(0, room - 1)) + "…");
        return super.highlight(reader, line);
    }
}
