package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.Schedules.require;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.async.AsyncMutex;
import io.github.qmp4j.blockjobs.async.Mailbox;
import io.github.qmp4j.blockjobs.job.JobListeners;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.ProgressMeter;
import io.github.qmp4j.blockjobs.journal.Journal;
import io.github.qmp4j.blockjobs.journal.JournalException;
import io.github.qmp4j.blockjobs.plan.JobPlanTest;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.blockjobs.start.KeyTurns;
import io.github.qmp4j.threads.DaemonThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What several threads share around the jobs of a QEMU, in many orders of their steps. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class JobScheduleTest {
    private static final int ROUNDS = Boolean.getBoolean("qmp4j.full") ? 500 : 20;
    private static final JobId ID = new JobId("j");
    private static final JobId OTHER = new JobId("other");
    private static final BlockChain CHAIN = new BlockChain(
            Stream.of("active", "snap", "base").map(JobPlanTest::node).toList());
    private static final Disk DISK =
            new Disk(Optional.empty(), Optional.of("/machine/peripheral/disk0/virtio-backend"), CHAIN, List.of());
    private static final NodeReservation TOP = claim(PullRequest.of("disk0").withBase("snap"));
    private static final NodeReservation BOTTOM = claim(PullRequest.of("disk0").withInto("snap"));
    private static final NodeReservation ALL = claim(PullRequest.of("disk0"));

    private static NodeReservation claim(BlockJobRequest request) {
        return NodeReservation.of(Planner.plan(CHAIN, request), DISK);
    }

    private static JobInfo info(JobStatus status) {
        JobProgress none = new ProgressMeter(BlockJobOptions.defaults().convergenceWindow()).progress();
        return new JobInfo(
                ID, JobType.PULL, status, false, none, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void aMailboxRunsEachTaskOnceAndOneAtATimeInTheOrderOfEachSender() {
        Schedules.play(crew -> {
            Mailbox mailbox = new Mailbox(crew);
            Letters letters = new Letters();
            crew.thread(() -> {
                mailbox.execute(() -> letters.take(1));
                mailbox.execute(() -> letters.take(2));
            });
            crew.worker();
            mailbox.execute(() -> letters.take(10));
            crew.finish();
            require(letters.all().size() == 3, () -> "ran " + letters.all());
            require(letters.all().indexOf(1) < letters.all().indexOf(2), () -> "ran " + letters.all());
        });
    }

    @Test
    void asynchronousWorkHasItsTurnAloneAndEachTurnComes() {
        Schedules.play(crew -> {
            AsyncMutex turns = new AsyncMutex();
            AtomicInteger under = new AtomicInteger();
            List<CompletableFuture<Void>> taken = new ArrayList<>();
            crew.thread(() -> turns.take(() -> work(under, crew)));
            crew.worker();
            taken.add(turns.take(() -> work(under, crew)));
            crew.finish();
            require(taken.get(0).isDone() && under.get() == 0, () -> "a turn never came");
        });
    }

    private static CompletableFuture<Void> work(AtomicInteger under, Schedules.Crew crew) {
        require(under.incrementAndGet() == 1, () -> "two at once");
        CompletableFuture<Void> done = new CompletableFuture<>();
        crew.execute(() -> {
            under.decrementAndGet();
            done.complete(null);
        });
        return done;
    }

    @Test
    void oneKeyIsGivenToOneCallAtATimeAndNothingOfItIsKept() {
        Schedules.play(crew -> {
            KeyTurns turns = new KeyTurns(crew);
            JobKey key = JobKey.of("vm/disk0");
            AtomicInteger under = new AtomicInteger();
            AtomicInteger done = new AtomicInteger();
            crew.thread(() -> turns.take(key, () -> work(under, crew)).thenRun(done::incrementAndGet));
            crew.worker();
            turns.take(key, () -> work(under, crew)).thenRun(done::incrementAndGet);
            crew.finish();
            require(done.get() == 2, () -> done + " calls ended");
            require(turns.isIdle(), () -> "a key is kept for ever");
        });
    }

    @Test
    void twoJobsNeverHaveOneNode() {
        Schedules.play(crew -> {
            JobRegistry registry = new JobRegistry();
            JobRegistry.Reservation top = registry.reserve(TOP, ID);
            AtomicInteger held = new AtomicInteger();
            crew.thread(() -> {
                if (isHad(() -> registry.change(top, ALL))) {
                    held.incrementAndGet();
                }
            });
            crew.thread(() -> {
                if (isHad(() -> registry.reserve(BOTTOM, OTHER))) {
                    held.incrementAndGet();
                }
            });
            crew.finish();
            require(held.get() == 1, () -> held + " jobs have the node");
        });
    }

    @Test
    void oneJobIdIsReservedOnce() {
        Schedules.play(crew -> {
            JobRegistry registry = new JobRegistry();
            AtomicInteger held = new AtomicInteger();
            crew.thread(() -> held.addAndGet(isHad(() -> registry.reserve(TOP, ID)) ? 1 : 0));
            held.addAndGet(isHad(() -> registry.reserve(TOP, ID)) ? 1 : 0);
            crew.finish();
            require(held.get() == 1 && registry.reservations().size() == 1, () -> held + " have the id");
        });
    }

    private static boolean isHad(Runnable attempt) {
        try {
            attempt.run();
            return true;
        } catch (JobConflictException taken) {
            return false;
        }
    }

    @Test
    void aNewListenerOfJobsHearsTheLastStateOfEachLast() {
        JobInfo running = info(JobStatus.RUNNING);
        JobInfo paused = info(JobStatus.PAUSED);
        JobInfo concluded = info(JobStatus.CONCLUDED);
        Schedules.play(crew -> {
            JobListeners updates = new JobListeners(crew);
            List<JobInfo> heard = new ArrayList<>();
            JobListeners.Listener listener = updates.add(heard::add);
            crew.thread(() -> {
                updates.tell(paused);
                updates.tell(running);
                updates.tell(concluded);
            });
            listener.tellFirst(running);
            listener.begun();
            crew.finish();
            require(heard.get(heard.size() - 1).equals(concluded), () -> "heard " + heard);
        });
    }

    /** With threads as they come, since Lincheck has no files. */
    @Test
    void aJournalHasOneOwnerAtATimeAndKeepsWhatItHasAcknowledged(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("jobs");
        AtomicInteger owners = new AtomicInteger();
        Map<String, String> acknowledged = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String id = "id" + i;
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            own(path, owners, acknowledged, id, "text" + round);
                        }
                    },
                    DaemonThreads.work()));
        }
        CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).get(50, TimeUnit.MINUTES);
        try (Journal journal = Journal.open(path)) {
            assertThat(acknowledged).isNotEmpty();
            assertThat(journal.all()).isEqualTo(acknowledged);
        }
    }

    private static void own(Path path, AtomicInteger owners, Map<String, String> acknowledged, String id, String text) {
        try {
            Journal journal = Journal.open(path);
            require(owners.incrementAndGet() == 1, () -> "two have the journal");
            CompletableFuture<Void> written = journal.put(id, text);
            owners.decrementAndGet();
            journal.close();
            require(written.isDone(), () -> "a record is neither written nor refused");
            acknowledged.put(id, text);
        } catch (JournalException inUse) {
            require(String.valueOf(inUse.getMessage()).contains("is in use"), inUse::toString);
        }
    }

    /** Hears one letter at a time. */
    private static final class Letters {
        private final AtomicInteger under = new AtomicInteger();
        /** Touched by one thread at a time, if the mailbox keeps its word. */
        private final List<Integer> taken = new ArrayList<>();

        void take(int letter) {
            require(under.incrementAndGet() == 1, () -> "two tasks at once");
            taken.add(letter);
            under.decrementAndGet();
        }

        List<Integer> all() {
            return taken;
        }
    }
}
