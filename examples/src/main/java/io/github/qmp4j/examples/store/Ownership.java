package io.github.qmp4j.examples.store;

import io.github.qmp4j.blockjobs.JobStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Makes a session of PostgreSQL the only owner of a host's records, until it ends. */
record Ownership(Connection connection, String host) {

    /** Takes the lock, and fails at once if another owner has it. */
    void take() throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            // A database may have this off by default; then a commit returns before it is durable.
            statement.execute("SET synchronous_commit = on");
            requireDurable(statement);
        }
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended(?, 0))")) {
            lock.setString(1, lockName());
            try (ResultSet result = lock.executeQuery()) {
                result.next();
                if (!result.getBoolean(1)) {
                    throw new JobStoreException(
                            "the job store of host '%s' is in use by %s, and has one owner at a time; end that one, or give another name"
                                    .formatted(host, owner()));
                }
            }
        }
    }

    private void requireDurable(Statement statement) throws SQLException {
        try (ResultSet setting = statement.executeQuery("SHOW fsync")) {
            setting.next();
            if (!setting.getString(1).equals("on")) {
                throw new JobStoreException(
                        "the job store of host '%s' is in a server that runs with fsync=off, and would lose records; turn it on"
                                .formatted(host));
            }
        }
    }

    private String owner() throws SQLException {
        String query = """
                SELECT pid, coalesce(client_addr::text, 'the same machine')
                FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND (classid::bigint << 32 | objid::bigint) = hashtextextended(?, 0)""";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, lockName());
            try (ResultSet owner = statement.executeQuery()) {
                return owner.next()
                        ? "session %d, from %s".formatted(owner.getInt(1), owner.getString(2))
                        : "a session that has just ended";
            }
        }
    }

    private String lockName() {
        return "qmp4j job store " + host;
    }
}
