package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RawMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand jobs that have nothing to do, of every kind, on several disks at a time: each is told once, and none stays. */
@QemuVersions
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ManyJobsTest {
    private static final int JOBS = Boolean.getBoolean("qmp4j.full") ? 10_000 : 200;
    private static final int WARM_UP = 40;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Test
    void tellsEachOfManyJobsOnceAndKeepsNothingOfThem() throws Exception {
        try (TestVm vm = TestVm.start(
                NoOps::nodes,
                builder -> builder.arguments(
                        "-chardev", "socket,id=third,path=third.sock,server=on,wait=off", "-qmp", "chardev:third"))) {
            List<NoOps> disks = NoOps.all(vm);
            run(disks, WARM_UP);
            readTheGraph(vm);
            Map<String, Long> objects = objectsAtRest();
            Map<String, Long> threads = threads();
            long start = System.nanoTime();
            run(disks, JOBS);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

            System.out.printf("%d jobs in %d ms: %s%n", JOBS, millis, disks);
            readTheGraph(vm);
            // Less may be left of sessions that were closed before.
            await().atMost(LIMIT).untilAsserted(() -> assertThat(objectsAtRest())
                    .allSatisfy((type, count) ->
                            assertThat(count).as(type).isLessThanOrEqualTo(objects.getOrDefault(type, 0L))));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(LiveObjects.count("TrackedJob"))
                    .isZero());
            // Those of the shared executors end a while after their last work.
            await().atMost(LIMIT).untilAsserted(() -> assertThat(threads())
                    .allSatisfy((kind, count) ->
                            assertThat(count).as(kind).isLessThanOrEqualTo(threads.getOrDefault(kind, 0L))));
            assertNoneLeftInQemu(vm.path("third.sock"));
        }
    }

    private static void run(List<NoOps> disks, int jobs) throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(disks.size());
        try {
            List<CompletableFuture<Void>> all = disks.stream()
                    .map(disk -> CompletableFuture.runAsync(() -> disk.run(jobs / disks.size()), users))
                    .toList();
            for (CompletableFuture<Void> each : all) {
                each.get(25, TimeUnit.MINUTES);
            }
        } finally {
            users.shutdownNow();
            assertThat(users.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** The session keeps the nodes of its last listing, which may be from a moment when another disk had fewer of them, or more. */
    private static void readTheGraph(TestVm vm) {
        TestVm.get(vm.jobs.disks());
    }

    /** Handles, their parts, subscriptions and commands; what is made once for a session is the same before and after. */
    private static Map<String, Long> objectsAtRest() {
        Set<String> mayVary = Set.of("QmpMessage", "JobInfo", "JobProgress");
        return LiveObjects.count().entrySet().stream()
                .filter(entry -> LiveObjects.isPerJob(entry.getKey()))
                .filter(entry -> !mayVary.contains(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The library's own, by what they are for. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("qmp-"))
                .collect(Collectors.groupingBy(name -> name.replaceAll("-?\\d+", ""), Collectors.counting()));
    }

    private static void assertNoneLeftInQemu(Path monitor) {
        try (RawMonitor oracle = RawMonitor.connect(monitor, LIMIT)) {
            assertThat(oracle.execute("query-jobs")).isEmpty();
            assertThat(oracle.execute("query-block-jobs")).isEmpty();
        }
    }
}
