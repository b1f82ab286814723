package io.github.qmp4j.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a process writes, so that it never blocks on a full pipe, and keeps the last of it. */
final class LastLines {
    private static final Logger LOG = LoggerFactory.getLogger(LastLines.class);
    private static final int KEPT_LINES = 20;
    private static final int LONGEST_LINE = 1000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    private LastLines() {}

    /** Starts a daemon thread of this name, which ends with the stream. */
    static LastLines of(InputStream stream, String threadName) {
        LastLines last = new LastLines();
        Thread reader = new Thread(() -> last.readAll(stream), threadName);
        reader.setDaemon(true);
        reader.start();
        return last;
    }

    private void readAll(InputStream stream) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, Charset.defaultCharset()))) {
            reader.lines().forEach(this::add);
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("the output of the process broke off", e);
        } finally {
            end.complete(null);
        }
    }

    private synchronized void add(String line) {
        LOG.debug("{}", line);
        lines.addLast(line.substring(0, Math.min(line.length(), LONGEST_LINE)));
        if (lines.size() > KEPT_LINES) {
            lines.removeFirst();
        }
    }

    /** Completes when the process has closed its output. */
    CompletableFuture<Void> end() {
        return end.copy();
    }

    /** In one line. */
    synchronized String text() {
        return String.join(" / ", lines);
    }
}
