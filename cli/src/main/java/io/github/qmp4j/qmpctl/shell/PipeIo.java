package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.EventLine;
import io.github.qmp4j.qmpctl.report.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Reads lines from a pipe or a file, one command each, without a prompt. */
public final class PipeIo implements ShellIo {
    private final Console console;
    private final BufferedReader lines;

    /** A read of a pipe cannot be interrupted, so this thread runs until the process ends. */
    private final ExecutorService input = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "qmpctl-input");
        thread.setDaemon(true);
        return thread;
    });

    /** The number of the line read last. */
    private final AtomicLong number = new AtomicLong();

    public PipeIo(Console console, Reader lines) {
        this.console = console;
        this.lines = new BufferedReader(lines);
    }

    @Override
    public CompletableFuture<Optional<String>> next(String prompt) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        String line = lines.readLine();
                        if (line != null) {
                            number.incrementAndGet();
                        }
                        return Optional.ofNullable(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                input);
    }

    @Override
    public void say(String text) {
        console.say(text);
    }

    @Override
    public void returned(String command, JsonNode value) {
        if (console.json()) {
            console.print(Json.line("return").put("command", command).set("return", value));
        } else {
            console.out().println(value.toPrettyString());
        }
    }

    @Override
    public void printed(String line, String text) {
        if (console.json()) {
            returned("human-monitor-command", TextNode.valueOf(text));
        } else {
            console.out().println(text);
        }
    }

    @Override
    public void failed(String sentence) {
        if (console.json()) {
            console.print(Json.line("error").put("line", number.get()).put("error", sentence));
        }
        console.err().println("qmpctl shell: line %d: %s".formatted(number.get(), sentence));
    }

    @Override
    public void event(QmpEvent event) {
        EventLine.print(console, event);
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public void close() {
        console.out().flush();
    }
}
