package io.github.qmp4j.examples.store;

import io.github.qmp4j.blockjobs.JobStore;
import java.nio.file.Path;
import java.util.List;

/** A store of one kind in one place, which this process or another one can open. */
sealed interface StoreUnderTest {

    JobStore open();

    /** The arguments from which {@link #of} makes the same store in another process. */
    List<String> arguments();

    static StoreUnderTest of(String... arguments) {
        return arguments[0].equals("file")
                ? new InFile(Path.of(arguments[1]))
                : new InDatabase(Integer.parseInt(arguments[1]), arguments[2], arguments[3]);
    }

    /** {@link JobStore#file}. */
    record InFile(Path path) implements StoreUnderTest {
        @Override
        public JobStore open() {
            return JobStore.file(path);
        }

        @Override
        public List<String> arguments() {
            return List.of("file", path.toString());
        }
    }

    /** {@link JdbcJobStore}. */
    record InDatabase(int port, String password, String host) implements StoreUnderTest {
        @Override
        public JobStore open() {
            return JdbcJobStore.open(PostgresCluster.database(port, password), host);
        }

        @Override
        public List<String> arguments() {
            return List.of("database", String.valueOf(port), password, host);
        }
    }
}
