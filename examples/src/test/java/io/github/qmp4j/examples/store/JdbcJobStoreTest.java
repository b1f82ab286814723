package io.github.qmp4j.examples.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cases of a store in a database only: a lost connection, and a lost server. */
@Timeout(1500)
class JdbcJobStoreTest {
    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }

    @Test
    void writesNothingOnceItsConnectionIsLostAndKeepsWhatReturned() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start()) {
            JobStore store = JdbcJobStore.open(cluster.database(), "host1");
            get(store.record(SampleJobs.record("k", 1)));
            try (Connection other = cluster.database().getConnection();
                    Statement statement = other.createStatement()) {
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
            }
            assertThatThrownBy(() -> get(store.record(SampleJobs.record("k", 2))))
                    .hasCauseInstanceOf(JobStoreException.class)
                    .hasMessageContaining("the job store of host 'host1' could not be written to")
                    .hasMessageContaining("open it again");
            assertThatThrownBy(() -> get(store.record(SampleJobs.record("k", 3))))
                    .isInstanceOf(Exception.class);
            store.close();
            try (JobStore next = JdbcJobStore.open(cluster.database(), "host1")) {
                assertThat(get(next.all()).stream().map(SampleJobs::number)).containsExactly(1L);
            }
        }
    }

    @Test
    void hasWhatReturnedAfterTheServerWasKilled() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start()) {
            try (JobStore store = JdbcJobStore.open(cluster.database(), "host1")) {
                for (int number = 0; number < 100; number++) {
                    get(store.record(SampleJobs.record("k" + number, number)));
                }
                cluster.crash();
                assertThatThrownBy(() -> get(store.record(SampleJobs.record("late", 1))))
                        .isInstanceOf(Exception.class);
            }
            cluster.run();
            try (JobStore next = JdbcJobStore.open(cluster.database(), "host1")) {
                assertThat(get(next.all())).hasSize(100);
            }
        }
    }

    @Test
    void keepsHostsApartAndCommitsDurablyWhateverTheDatabaseDefaultsTo() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start()) {
            try (Connection admin = cluster.database().getConnection();
                    Statement statement = admin.createStatement()) {
                statement.execute("ALTER DATABASE postgres SET synchronous_commit = off");
            }
            try (JobStore one = JdbcJobStore.open(cluster.database(), "host1");
                    JobStore two = JdbcJobStore.open(cluster.database(), "host2")) {
                get(one.record(SampleJobs.record("k", 1)));
                get(two.record(SampleJobs.record("k", 2)));
                get(one.forget(SampleJobs.record("k", 1).key()));
                assertThat(get(one.all())).isEmpty();
                assertThat(get(two.all()).stream().map(SampleJobs::number)).containsExactly(2L);
            }
            try (Connection fresh = cluster.database().getConnection()) {
                new Ownership(fresh, "host3").take();
                try (Statement statement = fresh.createStatement();
                        ResultSet setting = statement.executeQuery("SHOW synchronous_commit")) {
                    assertThat(setting.next()).isTrue();
                    assertThat(setting.getString(1)).isEqualTo("on");
                }
            }
        }
    }
}
