package io.github.qmp4j.examples.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import io.github.qmp4j.testkit.TempFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link JobStore}, for each store. */
@ParameterizedClass
@ValueSource(strings = {"file", "database"})
@Timeout(1500)
class JobStoreContractTest {
    private static final int KILLS = Boolean.getBoolean("qmp4j.full") ? 50 : 5;

    private static TempFolder folder;
    private static PostgresCluster cluster;

    private final StoreUnderTest place;

    JobStoreContractTest(String kind) {
        String name = UUID.randomUUID().toString();
        place = kind.equals("file")
                ? new StoreUnderTest.InFile(folder.resolve(name))
                : new StoreUnderTest.InDatabase(cluster.port(), cluster.password(), name);
    }

    @BeforeAll
    static void start() throws Exception {
        folder = TempFolder.create("store");
        cluster = PostgresCluster.start();
    }

    @AfterAll
    static void end() throws IOException {
        cluster.close();
        folder.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }

    @Test
    void hasTheNewestRecordOfEachKeyForTheNextOwner() throws Exception {
        JobRecord first = SampleJobs.record("größe/1", 1);
        JobRecord other = SampleJobs.record("2", 2);
        JobRecord started = first.at(JobRecord.Step.STARTED, first.time().plusNanos(1_000_001));
        try (JobStore store = place.open()) {
            get(store.record(first));
            get(store.record(other));
            assertThat(get(store.find(first.key()))).hasValue(first);
            get(store.record(started));
            assertThat(get(store.find(first.key()))).hasValue(started);
            assertThat(get(store.find(JobKey.of("3")))).isEmpty();
        }
        try (JobStore store = place.open()) {
            assertThat(get(store.all())).containsExactlyInAnyOrder(started, other);
            assertThat(get(store.find(first.key()))).hasValue(started);
        }
    }

    @Test
    void forgetsAKeyForGood() throws Exception {
        JobRecord record = SampleJobs.record("k", 1);
        try (JobStore store = place.open()) {
            get(store.record(record));
            get(store.forget(record.key()));
            get(store.forget(record.key()));
            assertThat(get(store.find(record.key()))).isEmpty();
        }
        try (JobStore store = place.open()) {
            assertThat(get(store.all())).isEmpty();
            get(store.record(record));
            assertThat(get(store.all())).containsExactly(record);
        }
    }

    @Test
    void keepsTheOrderOfTheCalls() throws Exception {
        int last = 300;
        try (JobStore store = place.open()) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int number = 0; number <= last; number++) {
                all.add(store.record(SampleJobs.record("k", number)));
                if (number % 100 == 50) {
                    all.add(store.forget(JobKey.of("k")));
                }
            }
            get(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            assertThat(get(store.all()).stream().map(SampleJobs::number)).containsExactly((long) last);
        }
    }

    @Test
    void takesRecordsOfManyThreads() throws Exception {
        int threads = 8;
        try (JobStore store = place.open()) {
            get(CompletableFuture.allOf(IntStream.range(0, threads)
                    .mapToObj(thread -> CompletableFuture.runAsync(() -> IntStream.range(0, 50)
                            .forEach(number -> store.record(SampleJobs.record("k" + thread, number))
                                    .join())))
                    .toArray(CompletableFuture[]::new)));
            assertThat(get(store.all()).stream().map(SampleJobs::number))
                    .hasSize(threads)
                    .containsOnly(49L);
        }
    }

    @Test
    void tellsASecondOwnerAtOnceAndLetsItInAfterwards() throws Exception {
        JobStore owner = place.open();
        assertThatThrownBy(place::open)
                .isInstanceOf(JobStoreException.class)
                .hasMessageContaining("is in use by")
                .hasMessageContaining("end that one, or give another");
        get(owner.record(SampleJobs.record("k", 1)));
        owner.close();
        owner.close();
        try (JobStore next = place.open()) {
            assertThat(get(next.all())).hasSize(1);
        }
    }

    @Test
    void losesNoCallAtItsEnd() throws Exception {
        JobStore store = place.open();
        List<CompletableFuture<Void>> before = IntStream.range(0, 100)
                .mapToObj(number -> store.record(SampleJobs.record("k" + number, 1)))
                .toList();
        store.close();
        assertThat(before).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThatThrownBy(() -> get(store.record(SampleJobs.record("late", 1))))
                .hasCauseInstanceOf(JobStoreException.class)
                .hasMessageContaining("it is closed");
        try (JobStore next = place.open()) {
            assertThat(get(next.all())).hasSize(100);
        }
    }

    @Test
    void mayBeClosedByWhoeverHangsOnARecord() throws Exception {
        JobStore store = place.open();
        get(store.record(SampleJobs.record("k", 1)).thenRun(store::close));
        Awaitility.await().untilAsserted(() -> place.open().close());
    }

    @Test
    void keepsEveryRecordThatReturnedBeforeItsOwnerWasKilled() throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        System.out.println("store kills: " + KILLS + " rounds, seed " + seed + " (-Dqmp4j.seed)");
        Random random = new Random(seed);
        for (int round = 0; round < KILLS; round++) {
            Map<String, Long> said = new HashMap<>();
            long last = killed(1 + random.nextInt(200), said);
            // The server takes a moment to see that the owner is gone.
            try (JobStore store = Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(place::open, Objects::nonNull)) {
                for (JobRecord record : get(store.all())) {
                    long number = SampleJobs.number(record);
                    Long returned = said.remove(record.key().text());
                    assertThat(number == (returned == null ? -1 : returned) || (number > last && number <= last + 2))
                            .as(
                                    "seed %d, round %d: %s has %d, and %s returned",
                                    seed, round, record.key(), number, returned)
                            .isTrue();
                }
                assertThat(said).as("seed %d, round %d: lost", seed, round).isEmpty();
                for (int key = 0; key < 5; key++) {
                    get(store.forget(JobKey.of("job" + key)));
                }
            }
        }
    }

    /** Kills an owner after this many records, and returns the number of the last record that it reported. */
    private long killed(int records, Map<String, Long> said) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StoreChild.class.getName()));
        command.addAll(place.arguments());
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("open");
            long last = -1;
            for (int record = 0; record < records; record++) {
                last = heard(Objects.requireNonNull(out.readLine()), said);
            }
            child.toHandle().destroyForcibly();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                // The last line may be cut off.
                if (line.matches("job[0-9] " + (last + 1))) {
                    last = heard(line, said);
                }
            }
            return last;
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static long heard(String line, Map<String, Long> said) {
        String[] words = line.split(" ", -1);
        long number = Long.parseLong(words[1]);
        said.put(words[0], number);
        return number;
    }
}
