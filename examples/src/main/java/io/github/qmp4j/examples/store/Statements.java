package io.github.qmp4j.examples.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The SQL statements on the table, each in its own transaction. The record is text, since {@code jsonb} refuses the character
 * NUL even if it is escaped.
 */
record Statements(Connection connection, String host) {

    void makeTable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE TABLE IF NOT EXISTS qmp4j_job (
                        host text NOT NULL,
                        job_id text NOT NULL,
                        job_key text NOT NULL,
                        step text NOT NULL,
                        record text NOT NULL,
                        PRIMARY KEY (host, job_id))""");
        }
    }

    /** Returns the number of changed rows. */
    int put(String jobId, String key, String step, String record) throws SQLException {
        String upsert = """
                INSERT INTO qmp4j_job (host, job_id, job_key, step, record) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (host, job_id) DO UPDATE
                SET job_key = excluded.job_key, step = excluded.step, record = excluded.record""";
        try (PreparedStatement statement = prepared(upsert, jobId, key, step, record)) {
            return statement.executeUpdate();
        }
    }

    /** Returns the number of deleted rows. */
    int remove(String jobId) throws SQLException {
        try (PreparedStatement statement = prepared("DELETE FROM qmp4j_job WHERE host = ? AND job_id = ?", jobId)) {
            return statement.executeUpdate();
        }
    }

    Optional<String> get(String jobId) throws SQLException {
        try (PreparedStatement statement =
                prepared("SELECT record FROM qmp4j_job WHERE host = ? AND job_id = ?", jobId)) {
            return records(statement).stream().findFirst();
        }
    }

    List<String> all() throws SQLException {
        try (PreparedStatement statement = prepared("SELECT record FROM qmp4j_job WHERE host = ?")) {
            return records(statement);
        }
    }

    private PreparedStatement prepared(String sql, String... more) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setString(1, host);
        for (int i = 0; i < more.length; i++) {
            statement.setString(i + 2, more[i]);
        }
        return statement;
    }

    private static List<String> records(PreparedStatement query) throws SQLException {
        List<String> records = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                records.add(rows.getString(1));
            }
        }
        return records;
    }
}
