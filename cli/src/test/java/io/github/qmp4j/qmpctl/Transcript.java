package io.github.qmp4j.qmpctl;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** The output of a process on one stream, as it arrives. */
final class Transcript {
    private final Thread reader;
    /** Guarded by {@code this}. */
    private final StringBuilder text = new StringBuilder();
    /** Guarded by {@code this}. */
    private boolean ended;

    Transcript(InputStream stream, String name) {
        reader = new Thread(() -> read(new InputStreamReader(stream, StandardCharsets.UTF_8)), name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Waits until the pattern occurs in the text; an {@code AssertionError} if it does not in time, or no longer can. */
    synchronized void await(Pattern pattern, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!pattern.matcher(text).find()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (ended || left <= 0) {
                throw new AssertionError("no '%s' %s in: %s".formatted(pattern, ended ? "at all" : "in time", text));
            }
            pause(left);
        }
    }

    /** The whole text, once the stream has ended. */
    synchronized String whole(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!ended) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("%s does not end: %s".formatted(reader.getName(), text));
            }
            pause(left);
        }
        return text.toString();
    }

    @Override
    public synchronized String toString() {
        return text.toString();
    }

    @SuppressWarnings("WaitNotInLoop") // The callers loop.
    private synchronized void pause(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void read(Reader from) {
        char[] some = new char[4096];
        try (from) {
            for (int count = from.read(some); count >= 0; count = from.read(some)) {
                append(some, count);
            }
        } catch (IOException e) {
            // The process was killed: its earlier output still counts.
        } finally {
            end();
        }
    }

    private synchronized void append(char[] some, int count) {
        text.append(some, 0, count);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }
}
