package io.github.qmp4j.testkit;

import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The messages that have come to a {@link CuttingProxy}, and the cuts that wait. Thread-safe. */
final class Tally {
    private static final int MOST_TEXTS = 100_000;
    private static final int LONGEST_TEXT_BYTES = 1000;

    /** What is to be done with a message. */
    enum Verdict {
        PASS,
        CUT_BEFORE,
        CUT_INSIDE,
        CUT_AFTER,
        /** Its connection has been cut. */
        TOO_LATE
    }

    /** One direction. */
    private static final class Side {
        private final Map<Integer, Place> waiting = new HashMap<>();
        private final List<String> texts = new ArrayList<>();
        private int messages;

        Optional<Place> count(byte[] message) {
            messages++;
            if (texts.size() < MOST_TEXTS) {
                int length = Math.min(message.length, LONGEST_TEXT_BYTES);
                texts.add(new String(message, 0, length, StandardCharsets.UTF_8).strip());
            }
            return Optional.ofNullable(waiting.remove(messages));
        }
    }

    /** All guarded by {@code this}. */
    private final Side toQemu = new Side();

    private final Side fromQemu = new Side();
    private int cuts;

    private Side side(Direction direction) {
        return switch (direction) {
            case TO_QEMU -> toQemu;
            case FROM_QEMU -> fromQemu;
        };
    }

    synchronized void cut(Direction direction, int message, Place place) {
        int passed = side(direction).messages;
        if (message <= passed) {
            throw new IllegalArgumentException(
                    "message %d %s has passed: there were %d".formatted(message, direction, passed));
        }
        side(direction).waiting.put(message, place);
    }

    /** Counts a message, and says how far it goes; after a cut nothing of the same connection counts. */
    synchronized Verdict count(CutConnection connection, Direction direction, byte[] message) {
        if (connection.isCut()) {
            return Verdict.TOO_LATE;
        }
        Optional<Place> place = side(direction).count(message);
        connection.isCut(place.isPresent());
        return place.map(Tally::verdict).orElse(Verdict.PASS);
    }

    private static Verdict verdict(Place place) {
        return switch (place) {
            case BEFORE -> Verdict.CUT_BEFORE;
            case INSIDE -> Verdict.CUT_INSIDE;
            case AFTER -> Verdict.CUT_AFTER;
        };
    }

    synchronized void hasCut() {
        cuts++;
        notifyAll();
    }

    synchronized int messages(Direction direction) {
        return side(direction).messages;
    }

    synchronized String text(Direction direction, int number) {
        return side(direction).texts.get(number - 1);
    }

    synchronized int cuts() {
        return cuts;
    }

    synchronized boolean awaitCuts(int number, Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        while (cuts < number && !deadline.passed()) {
            wait(deadline.leftMillis());
        }
        return cuts >= number;
    }
}
