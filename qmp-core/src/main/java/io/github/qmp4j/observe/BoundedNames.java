package io.github.qmp4j.observe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Bounds the number of different names: further ones share one name, so that a peer cannot create metrics without end. */
final class BoundedNames {
    static final int MOST = 256;
    private static final String OTHER = "other";

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    String bounded(String name) {
        if (known.contains(name)) {
            return name;
        }
        synchronized (known) {
            if (known.size() < MOST) {
                known.add(name);
            }
            return known.contains(name) ? name : OTHER;
        }
    }
}
