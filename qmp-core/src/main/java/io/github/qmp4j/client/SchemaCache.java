package io.github.qmp4j.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.schema.QmpSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The schemas that have been read, shared by all sessions: reading one takes QEMU tens of milliseconds. The version alone
 * does not tell them apart, since QEMU and its storage daemon greet alike and have different commands.
 */
final class SchemaCache {
    static final SchemaCache SHARED = new SchemaCache();
    private static final int MOST = 16;

    private record Key(QmpGreeting.Version version, String packageText, String commands) {}

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock; the one that was used longest ago goes first. */
    private final Map<Key, QmpSchema> schemas = new LinkedHashMap<>(MOST, 1, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, QmpSchema> eldest) {
            return size() > MOST;
        }
    };

    private SchemaCache() {}

    /** The schema of the QEMU behind a session. */
    CompletableFuture<QmpSchema> of(QmpSession client) {
        return client.ask(QmpCommand.of("query-commands")).thenCompose(commands -> {
            Key key = new Key(client.greeting().version(), client.greeting().packageText(), digest(commands));
            QmpSchema known = find(key);
            return known != null
                    ? CompletableFuture.completedFuture(known)
                    : client.ask(QmpCommand.of("query-qmp-schema").returning(QmpSchema::of))
                            .thenApply(read -> keep(key, read));
        });
    }

    private static String digest(JsonNode commands) {
        try {
            byte[] bytes = commands.toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private @org.jspecify.annotations.Nullable QmpSchema find(Key key) {
        lock.lock();
        try {
            return schemas.get(key);
        } finally {
            lock.unlock();
        }
    }

    private QmpSchema keep(Key key, QmpSchema read) {
        lock.lock();
        try {
            schemas.put(key, read);
            return read;
        } finally {
            lock.unlock();
        }
    }
}
