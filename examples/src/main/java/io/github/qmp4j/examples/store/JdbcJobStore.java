package io.github.qmp4j.examples.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/**
 * A job store in a table of PostgreSQL, for orchestrators that already use a database. Hosts share the table; each host has
 * its records under its own name.
 *
 * <p>The store has one connection, which also holds the advisory lock against other owners. Without the connection there is no
 * lock, so a store that has lost its connection writes nothing more, and must be opened again.
 */
public final class JdbcJobStore implements JobStore {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String host;
    private final Statements statements;
    private final StoreThread thread;

    private JdbcJobStore(String host, Connection connection) {
        this.host = host;
        this.statements = new Statements(connection, host);
        this.thread = new StoreThread("job-store " + host, connection);
    }

    /**
     * Opens the records of a host, and creates the table if it is missing. Blocks until that is done.
     *
     * @param host the owner of the records: a name that no other owner uses
     * @throws JobStoreException at once if another owner has them open, or if the database cannot be used
     */
    public static JdbcJobStore open(DataSource database, String host) {
        try {
            Connection connection = database.getConnection();
            try {
                new Ownership(connection, host).take();
                new Statements(connection, host).makeTable();
                return new JdbcJobStore(host, connection);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failed(host, "opened", e);
        }
    }

    @Override
    public CompletableFuture<Void> record(JobRecord record) {
        String step = record.step().name().toLowerCase(Locale.ROOT);
        String json = text(record);
        return run(
                        "written to",
                        () -> statements.put(
                                record.key().jobId().value(), record.key().text(), step, json))
                .thenAccept(rows -> {});
    }

    @Override
    public CompletableFuture<Optional<JobRecord>> find(JobKey key) {
        return run("read", () -> statements.get(key.jobId().value()).map(this::parse))
                .thenApply(found -> found.map(record -> requireSame(key, record)));
    }

    @Override
    public CompletableFuture<List<JobRecord>> all() {
        return run("read", () -> statements.all().stream().map(this::parse).toList());
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return run("written to", () -> statements.remove(key.jobId().value())).thenAccept(rows -> {});
    }

    @Override
    public void close() {
        thread.close();
    }

    private <T> CompletableFuture<T> run(String what, StoreThread.Work<T> work) {
        return thread.run(work, e -> failed(host, what, e));
    }

    private static JobStoreException failed(String host, String what, SQLException e) {
        return new JobStoreException(
                "the job store of host '%s' could not be %s: %s; if the connection is lost, open it again"
                        .formatted(host, what, e.getMessage()),
                e);
    }

    private static String text(JobRecord record) {
        try {
            return MAPPER.writeValueAsString(record.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always written", e);
        }
    }

    private JobRecord parse(String json) {
        try {
            return JobRecord.of(MAPPER.readTree(json));
        } catch (JsonProcessingException | JobStoreException e) {
            throw new JobStoreException(
                    "the job store of host '%s' holds a record that cannot be read: %s".formatted(host, e.getMessage()),
                    e);
        }
    }

    private static JobRecord requireSame(JobKey key, JobRecord record) {
        if (!record.key().equals(key)) {
            throw new JobStoreException(
                    "the keys '%s' and '%s' give the same job-id; change one of them".formatted(key, record.key()));
        }
        return record;
    }
}
