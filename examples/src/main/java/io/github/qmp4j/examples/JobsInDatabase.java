package io.github.qmp4j.examples;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.examples.store.JdbcJobStore;
import java.lang.reflect.Proxy;
import java.sql.DriverManager;
import javax.sql.DataSource;

/**
 * Keeps the steps of jobs in PostgreSQL, where several hosts keep theirs. The store itself is {@link JdbcJobStore}.
 *
 * <p>Arguments: the monitor's socket, the disk, the JDBC URL, the name of this host.
 */
public final class JobsInDatabase {
    private JobsInDatabase() {}

    public static void main(String[] args) {
        QmpAddress monitor = QmpAddress.parse("unix:" + args[0]);
        try (JdbcJobStore store = JdbcJobStore.open(database(args[2]), args[3]);
                QmpClient client =
                        QmpClient.connect(monitor, QmpOptions.defaults()).join();
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(store))) {
            JobKey key = JobKey.of(args[3] + "/" + args[1] + "/flatten");
            BlockJob job = jobs.adoptOrStart(key, PullRequest.of(args[1])).join();
            System.out.println(job.outcome().join().end());
            System.out.println(
                    "the table says: " + store.find(key).join().orElseThrow().step());
        }
    }

    /** A pool of connections in a service; here the driver itself. */
    private static DataSource database(String url) {
        return (DataSource) Proxy.newProxyInstance(
                JobsInDatabase.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, given) -> {
                    if (method.getName().equals("getConnection")) {
                        return DriverManager.getConnection(url);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
