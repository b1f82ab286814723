package io.github.qmp4j.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.Futures;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

    /** Guarded by the lock, with those that are being read; the one that was used longest ago goes first. */
    private final Map<Key, CompletableFuture<QmpSchema>> schemas = new LinkedHashMap<>(MOST, 1, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CompletableFuture<QmpSchema>> eldest) {
            return size() > MOST;
        }
    };

    private SchemaCache() {}

    /** The schema of the QEMU behind a session. */
    CompletableFuture<QmpSchema> of(QmpSession client) {
        return client.ask(QmpCommand.of("query-commands")).thenCompose(commands -> {
            Key key = new Key(client.greeting().version(), client.greeting().packageText(), digest(commands));
            return of(key, client);
        });
    }

    /** Sessions that ask while another one reads get what that reads; where it is lost, one of them reads in its place. */
    private CompletableFuture<QmpSchema> of(Key key, QmpSession client) {
        CompletableFuture<QmpSchema> mine = new CompletableFuture<>();
        Optional<CompletableFuture<QmpSchema>> shared = others(key, mine);
        if (shared.isPresent()) {
            return Futures.orElse(shared.get(), lost -> of(key, client));
        }
        client.ask(QmpCommand.of("query-qmp-schema").returning(QmpSchema::of)).whenComplete((read, failure) -> {
            if (failure == null) {
                mine.complete(read);
            } else {
                forget(key);
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    private static String digest(JsonNode commands) {
        try {
            byte[] bytes = commands.toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What another session has read, or reads now; if there is none, {@code mine} is to be read, and others find it. */
    private Optional<CompletableFuture<QmpSchema>> others(Key key, CompletableFuture<QmpSchema> mine) {
        lock.lock();
        try {
            Optional<CompletableFuture<QmpSchema>> known = Optional.ofNullable(schemas.get(key));
            if (known.isEmpty()) {
                schemas.put(key, mine);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private void forget(Key key) {
        lock.lock();
        try {
            schemas.remove(key);
        } finally {
            lock.unlock();
        }
    }
}
