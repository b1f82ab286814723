package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FileJobStoreTest {
    private static final int MANY = Boolean.getBoolean("qmp4j.full") ? 10_000 : 2_000;

    private final TempFolder folder = TempFolder.create("store");
    private final Path file = folder.resolve("jobs");

    @AfterEach
    void clean() {
        folder.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }

    @Test
    void hasTheNewestRecordOfEachKeyAfterwards() throws Exception {
        JobRecord first = Records.intent("first/größe", Records.REQUESTS.get(5));
        JobRecord second = Records.intent("second", PullRequest.of("disk0"));
        JobRecord started = first.at(JobRecord.Step.STARTED, Records.NOON);
        try (JobStore store = JobStore.file(file)) {
            get(store.record(first));
            get(store.record(second));
            get(store.record(started));
            assertThat(get(store.find(first.key()))).hasValue(started);
        }
        try (JobStore store = JobStore.file(file)) {
            assertThat(get(store.all())).containsExactlyInAnyOrder(started, second);
            get(store.forget(second.key()));
            assertThat(get(store.find(second.key()))).isEmpty();
        }
        try (JobStore store = JobStore.file(file)) {
            assertThat(get(store.all())).containsExactly(started);
        }
    }

    @Test
    void ofManyJobsOpens() throws Exception {
        try (JobStore store = JobStore.file(file)) {
            JobRecord one = Records.intent("k", Records.REQUESTS.get(5));
            for (int from = 0; from < MANY; from += MANY / 10) {
                get(CompletableFuture.allOf(IntStream.range(from, from + MANY / 10)
                        .mapToObj(number -> store.record(Records.intent("vm-" + number, one.request())
                                .at(
                                        JobRecord.Step.CLEANED,
                                        Records.outcome(new JobOutcome.End.Completed()),
                                        Records.NOON)))
                        .toArray(CompletableFuture[]::new)));
            }
        }
        long before = System.nanoTime();
        try (JobStore store = JobStore.file(file)) {
            assertThat(get(store.find(JobKey.of("vm-" + (MANY - 1))))).isPresent();
            double seconds = (System.nanoTime() - before) / 1e9;
            System.out.printf("a store of %d jobs, %d KiB, opened in %.2f s%n", MANY, Files.size(file) / 1024, seconds);
            assertThat(get(store.all())).hasSize(MANY);
        }
    }

    @Test
    void saysWhichStoreHoldsARecordThatCannotBeRead() throws Exception {
        JobKey key = JobKey.of("k");
        try (io.github.qmp4j.blockjobs.journal.Journal journal = io.github.qmp4j.blockjobs.journal.Journal.open(file)) {
            get(journal.put(key.jobId().value(), "{\"format\":7}"));
        }
        try (JobStore store = JobStore.file(file)) {
            assertThatThrownBy(() -> get(store.find(key)))
                    .hasRootCauseInstanceOf(JobStoreException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("format 7");
        }
    }

    @Test
    void refusesASecondOwnerAndWhatComesAfterItsEnd() throws Exception {
        JobStore store = JobStore.file(file);
        assertThatThrownBy(() -> JobStore.file(file))
                .isInstanceOf(JobStoreException.class)
                .hasMessageContaining("is in use by this process");
        store.close();
        assertThatThrownBy(() -> get(store.record(Records.intent("k", PullRequest.of("disk0")))))
                .hasCauseInstanceOf(JobStoreException.class)
                .hasMessageContaining("it is closed");
    }

    @Test
    void noStoreRemembersNothing() throws Exception {
        JobStore none = JobStore.none();
        get(none.record(Records.intent("k", PullRequest.of("disk0"))));
        assertThat(get(none.find(JobKey.of("k")))).isEmpty();
        assertThat(get(none.all())).isEqualTo(List.of());
        get(none.forget(JobKey.of("k")));
        none.close();
    }
}
