package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.qmpctl.output.AnsiColor;
import io.github.qmp4j.qmpctl.report.EventLine;
import io.github.qmp4j.schema.QmpSchema;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReader.SuggestionType;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A terminal: lines can be edited, completed and recalled, and output appears above the line being typed. */
public final class TerminalIo implements ShellIo {
    private static final Size USUAL_SIZE = Size.of(80, 24);

    private final Terminal terminal;
    private final LineReader reader;
    private final CommandHints hints;
    private final AnsiColor color;

    /** A read of a terminal cannot always be interrupted, so this thread runs until the process ends. */
    private final ExecutorService input = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "qmpctl-input");
        thread.setDaemon(true);
        return thread;
    });

    private volatile Runnable whenInterrupted = () -> {};

    private TerminalIo(Terminal terminal, LineReader reader, CommandHints hints, AnsiColor color) {
        this.terminal = terminal;
        this.reader = reader;
        this.hints = hints;
        this.color = color;
    }

    /** Takes over the terminal of this process until {@link #close()}. */
    public static TerminalIo open(QmpSchema schema, Map<String, String> environment, Charset charset, boolean colour)
            throws IOException {
        // The provider that runs stty(1): it needs no native library, and does not probe the terminal.
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .provider("exec")
                .dumb(false)
                .graphemeCluster(false)
                .encoding(charset)
                .build();
        if (terminal.getSize().getColumns() < 1) {
            terminal.setSize(USUAL_SIZE); // a serial line, for example, has none
        }
        CommandHints hints = new CommandHints(schema);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("qmpctl")
                // JSON has quotes and backslashes of its own.
                .parser(new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]))
                .completer(hints)
                .history(new ShellHistory())
                .option(Option.DISABLE_EVENT_EXPANSION, true)
                .option(Option.HISTORY_IGNORE_SPACE, true)
                .option(Option.COMPLETE_MATCHER_TYPO, false)
                .option(Option.AUTO_GROUP, false)
                .option(Option.INSERT_TAB, false);
        Optional<Path> history = ShellHistory.file(environment);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        if (colour) {
            builder.highlighter(new HintHighlighter(hints));
        }
        LineReader reader = builder.build();
        reader.setAutosuggestion(colour ? SuggestionType.TAIL_TIP : SuggestionType.NONE);
        TerminalIo io = new TerminalIo(terminal, reader, hints, new AnsiColor(colour));
        // While the reader reads a line it installs its own handler instead.
        terminal.handle(Terminal.Signal.INT, signal -> io.whenInterrupted.run());
        return io;
    }

    @Override
    public CompletableFuture<Optional<String>> next(String prompt) {
        hints.inTransaction(prompt.startsWith("transaction"));
        return CompletableFuture.supplyAsync(() -> read(prompt), input);
    }

    private Optional<String> read(String prompt) {
        while (true) {
            try {
                return Optional.of(reader.readLine(prompt));
            } catch (UserInterruptException e) {
                // Ctrl-C discards the line, as in every shell.
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    @Override
    public void say(String text) {
        reader.printAbove(text);
    }

    @Override
    public void returned(String command, JsonNode value) {
        reader.printAbove(value.toPrettyString());
    }

    @Override
    public void printed(String line, String text) {
        say(text);
    }

    @Override
    public void failed(String sentence) {
        reader.printAbove(color.red(sentence));
    }

    @Override
    public void event(QmpEvent event) {
        reader.printAbove(color.yellow(EventLine.text(event)));
    }

    @Override
    public void onInterrupt(Runnable action) {
        whenInterrupted = action;
    }

    @Override
    public boolean isInteractive() {
        return true;
    }

    /** Restores the terminal. */
    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            // The terminal is gone.
        }
    }
}
