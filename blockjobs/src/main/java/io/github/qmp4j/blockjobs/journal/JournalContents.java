package io.github.qmp4j.blockjobs.journal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What a journal says: the newest text of each id. Changed by one thread, read by any. */
final class JournalContents {
    private final Map<String, String> texts = new ConcurrentHashMap<>();
    /** How many bytes the lines of these texts take; belongs to the thread that changes them. */
    private long liveBytes;

    void apply(JournalLine line) {
        String before =
                switch (line.verb()) {
                    case PUT -> texts.put(line.id(), line.text());
                    case REMOVE -> texts.remove(line.id());
                    case HEADER -> null;
                };
        if (line.verb() == JournalLine.Verb.PUT) {
            liveBytes += line.length();
        }
        if (before != null) {
            liveBytes -= JournalLine.put(line.id(), before).length();
        }
    }

    Optional<String> get(String id) {
        return Optional.ofNullable(texts.get(id));
    }

    Map<String, String> all() {
        return Map.copyOf(texts);
    }

    long liveBytes() {
        return liveBytes;
    }
}
