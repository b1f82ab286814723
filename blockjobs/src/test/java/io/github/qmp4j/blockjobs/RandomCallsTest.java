package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.threads.Futures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Eight threads call everything at random, by two facades, on three disks whose chains are built up again as jobs use them
 * up; a foreign client acts on the jobs too, and the guest writes. Each outcome is held against the events and the chain of a third
 * monitor, and each disk against a model of what its guest has written. A number of outcomes in ordinary runs, with the seed; a
 * thousand and ten minutes with {@code -Dqmp4j.full=true}.
 */
@QemuVersions
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class RandomCallsTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final int THREADS = 8;
    private static final int OUTCOMES = Integer.getInteger("qmp4j.outcomes", FULL ? 1_000 : 16);
    private static final Duration AT_LEAST = FULL ? Duration.ofMinutes(10) : Duration.ZERO;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int MOST_WRONG = 3;

    private final CalledVm vm = new CalledVm();
    private final long begin = System.nanoTime();
    private int outcomes;
    private long calls;
    private int keys;
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

    @Test
    void eachOutcomeComesOnceAndIsRightWhateverEightThreadsCall() throws InterruptedException {
        try (vm) {
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < THREADS; number++) {
                Random random = new Random(SEED + number);
                Thread thread = new Thread(() -> run(random), "caller-" + number);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            if (wrong.isEmpty()) {
                wrong.addAll(leftInQemu());
            }
            System.out.printf(
                    "random calls on %s: %d outcomes, %d calls, %d wrong, %d s; seed %d%n  %s%n  refused: %s%n",
                    QemuPlace.current(),
                    outcomes,
                    calls,
                    wrong.size(),
                    Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
                    SEED,
                    kinds,
                    refusals);
            assertThat(wrong).as("seed %d, QEMU said %s", SEED, vm.said()).isEmpty();
        }
    }

    private void run(Random random) {
        try {
            while (!isEnough()
                    || vm.disks.stream().anyMatch(disk -> disk.round().isPresent())) {
                step(random, vm.disks.get(random.nextInt(CalledVm.DISKS)));
                if (wrong.size() >= MOST_WRONG) {
                    return;
                }
            }
        } catch (AssertionError | RuntimeException e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            wrong.add(Thread.currentThread().getName() + ": " + trace);
            Collections.nCopies(MOST_WRONG, "all stop").forEach(wrong::add);
        }
    }

    private synchronized boolean isEnough() {
        calls++;
        return outcomes >= OUTCOMES && System.nanoTime() - begin >= AT_LEAST.toNanos();
    }

    private void step(Random random, CalledDisk disk) {
        Optional<CalledRound> round = disk.round();
        if (round.isEmpty()) {
            if (!isEnough() && disk.taken.compareAndSet(false, true)) {
                begin(random, disk);
            } else {
                pause();
            }
        } else if (round.get().isOver()) {
            end(disk, round.get());
        } else if (round.get().isOlderThan(LIMIT)) {
            throw new AssertionError("a round has no end: " + round.get().state());
        } else if (round.get().enter()) {
            try {
                if (round.get().isToEnd()) {
                    bringToEnd(random, round.get());
                } else {
                    call(random, disk, round.get());
                }
            } finally {
                round.get().leave();
            }
        }
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }

    // --- the beginning and the end of a round ---

    private void begin(Random random, CalledDisk disk) {
        Optional<CalledDisk> other = random.nextInt(4) == 0
                ? vm.disks.stream()
                        .filter(each -> each.round().isEmpty() && each.taken.compareAndSet(false, true))
                        .findFirst()
                : Optional.empty();
        List<CalledRound> rounds = new ArrayList<>();
        List<CalledJob> jobs = new ArrayList<>();
        List<CalledDisk> disks = new ArrayList<>(List.of(disk));
        other.ifPresent(disks::add);
        for (CalledDisk each : disks) {
            List<Path> chain = each.begin(random);
            CalledRound round = new CalledRound(vm, each, chain, random);
            round.enter();
            rounds.add(round);
            jobs.add(CalledJob.any(each, chain, random, disks.size() > 1));
            each.round(Optional.of(round));
        }
        try {
            if (disks.size() > 1) {
                startTogether(random, rounds, jobs);
            } else {
                start(random, rounds.get(0), jobs.get(0));
            }
        } finally {
            rounds.forEach(CalledRound::leave);
        }
    }

    private void startTogether(Random random, List<CalledRound> rounds, List<CalledJob> jobs) {
        int facade = random.nextInt(vm.facades.size());
        Optional<List<BlockJob>> started = answered(
                rounds.get(0),
                "startTogether",
                vm.facades
                        .get(facade)
                        .startTogether(jobs.stream().map(CalledJob::request).toList()),
                false);
        for (int place = 0; started.isPresent() && place < jobs.size(); place++) {
            rounds.get(place).started(jobs.get(place), facade, started.get().get(place), Optional.empty(), true);
        }
    }

    private void start(Random random, CalledRound round, CalledJob job) {
        int facade = random.nextInt(vm.facades.size());
        BlockJobs jobs = vm.facades.get(facade);
        if (random.nextInt(3) > 0) {
            answered(round, "start", jobs.start(job.request()), false)
                    .ifPresent(handle -> round.started(job, facade, handle, Optional.empty(), false));
            return;
        }
        JobKey key = newKey();
        CompletableFuture<BlockJob> first = jobs.adoptOrStart(key, job.request());
        Optional<CompletableFuture<BlockJob>> second =
                random.nextBoolean() ? Optional.of(jobs.adoptOrStart(key, job.request())) : Optional.empty();
        // Where another job is in the way of the first, it may be over at the second.
        List<BlockJob> handles = new ArrayList<>();
        answered(round, "adoptOrStart", first, false).ifPresent(handles::add);
        second.flatMap(other -> answered(round, "adoptOrStart at once", other, false))
                .ifPresent(handles::add);
        handles.stream().limit(1).forEach(handle -> round.started(job, facade, handle, Optional.of(key), false));
        handles.stream().skip(1).forEach(handle -> round.met(facade, handle));
    }

    private synchronized JobKey newKey() {
        keys++;
        return JobKey.of("random/" + keys);
    }

    private void end(CalledDisk disk, CalledRound round) {
        CalledRound.Report report = round.check();
        synchronized (this) {
            outcomes += report.outcomes();
            report.kinds().forEach((kind, count) -> kinds.merge(kind, count, Integer::sum));
            report.refusals().forEach((what, count) -> refusals.merge(what, count, Integer::sum));
        }
        wrong.addAll(report.wrong());
        disk.round(Optional.empty());
        disk.taken.set(false);
    }

    private List<String> leftInQemu() {
        List<String> left = new ArrayList<>();
        if (!vm.ask("query-jobs").isEmpty()) {
            left.add("left in QEMU: " + vm.ask("query-jobs"));
        }
        return left;
    }

    // --- calls ---

    private static <T> Optional<T> answered(
            CalledRound round, String what, CompletableFuture<T> answer, boolean mayBeRefused) {
        try {
            return Optional.of(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            round.refused(what, Futures.cause(Objects.requireNonNull(e.getCause())), mayBeRefused);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (TimeoutException e) {
            throw new AssertionError("%s gives no answer: %s".formatted(what, round.state()), e);
        }
    }

    private void call(Random random, CalledDisk disk, CalledRound round) {
        int facade = random.nextInt(vm.facades.size());
        BlockJobs jobs = vm.facades.get(facade);
        Optional<BlockJob> handle = round.anyHandle(random);
        switch (random.nextInt(24)) {
            case 0, 1 ->
                round.lastJob()
                        .flatMap(id -> answered(round, "attach", jobs.attach(id), false)
                                .flatMap(one -> one))
                        .ifPresent(one -> round.met(facade, one));
            case 2 ->
                round.lastJob()
                        .flatMap(id ->
                                answered(round, "adopt", jobs.adopt(id), false).flatMap(one -> one))
                        .ifPresent(one -> round.met(facade, one));
            case 3 -> round.key().ifPresent(key -> again(round, key));
            case 4 -> {
                round.rivals();
                CalledJob rival = CalledJob.alone(disk, round.before, random);
                answered(round, "rival", jobs.start(rival.request()), true)
                        .ifPresent(one -> round.started(rival, facade, one, Optional.empty(), false));
            }
            case 5, 6 -> handle.ifPresent(one -> round.answer("pause", handle, one.pause()));
            case 7 -> handle.ifPresent(one -> round.answer("resume", handle, one.resume()));
            case 8 -> handle.ifPresent(one -> round.answer("speed", handle, one.setSpeed(random.nextInt(2) << 22)));
            case 9, 10 ->
                handle.ifPresent(one -> {
                    round.wantsPivot();
                    round.answer("pivot", handle, one.pivot());
                });
            case 11 -> handle.ifPresent(one -> round.answer("finish", handle, one.finishWithoutPivot()));
            case 12 -> handle.ifPresent(one -> round.answer("cancel", handle, one.cancel()));
            case 13 -> handle.ifPresent(one -> round.answer("finalize", handle, one.finalizeJob()));
            case 14 -> round.lastJob().ifPresent(id -> foreign(random, round, id));
            case 15 -> look(random, disk, round, jobs);
            case 16 -> answered(round, "collect", jobs.dismissEnded(DiskRef.of(disk.name)), true);
            case 17 -> settle(round, facade);
            case 18 -> {
                EventSubscription listening = jobs.onJob(info -> {});
                answered(round, "list", jobs.list(), false);
                listening.close();
            }
            case 19 ->
                answered(
                        round,
                        "preview",
                        jobs.preview(
                                CalledJob.any(disk, round.before, random, false).request()),
                        true);
            default -> disk.write(random);
        }
    }

    /** By the facade whose store knows the key; the other one would start the work again when it is over. */
    private void again(CalledRound round, JobKey key) {
        int facade = round.firstFacade();
        answered(
                        round,
                        "adoptOrStart again",
                        vm.facades
                                .get(facade)
                                .adoptOrStart(key, round.firstRequest().orElseThrow()),
                        false)
                .ifPresent(one -> round.met(facade, one));
    }

    private static void look(Random random, CalledDisk disk, CalledRound round, BlockJobs jobs) {
        switch (random.nextInt(3)) {
            case 0 -> answered(round, "disks", jobs.disks(), false);
            case 1 -> answered(round, "chain", jobs.chain(DiskRef.of(disk.name)), false);
            default -> answered(round, "list", jobs.list(), false);
        }
    }

    /** Jobs only: what else is found may belong to a start that is under way. */
    private void settle(CalledRound round, int facade) {
        BlockJobs jobs = vm.facades.get(facade);
        for (Finding finding :
                answered(round, "reconcile", jobs.reconcile(), true).orElse(List.of())) {
            boolean isOfRound = round.lastJob()
                    .filter(id -> finding.name().equals(id.value()))
                    .isPresent();
            if (isOfRound && (finding.kind() == Finding.Kind.RUNNING || finding.kind() == Finding.Kind.ENDED)) {
                answered(round, "settle", jobs.resolve(finding), true)
                        .flatMap(one -> one)
                        .ifPresent(one -> round.met(facade, one));
            }
        }
    }

    private void foreign(Random random, CalledRound round, JobId id) {
        switch (random.nextInt(8)) {
            case 0 -> raw(round, "job-pause", "id", id, "");
            case 1 -> raw(round, "job-resume", "id", id, "");
            case 2 -> raw(round, "block-job-set-speed", "device", id, ",\"speed\":2097152");
            case 3 -> {
                round.wantsPivot();
                raw(round, "job-complete", "id", id, "");
            }
            case 4 -> raw(round, "job-cancel", "id", id, "");
            case 5 -> raw(round, "block-job-cancel", "device", id, "");
            case 6 -> raw(round, "job-finalize", "id", id, "");
            default -> raw(round, "job-dismiss", "id", id, "");
        }
    }

    private void raw(CalledRound round, String command, String argument, JobId id, String more) {
        round.note("foreign %s of %s".formatted(command, id));
        vm.tried(command, "{\"%s\":\"%s\"%s}".formatted(argument, id, more));
    }

    /** Ends what the calls have left: it is resumed, and is ended in the way of the round where it waits for a verb. */
    private void bringToEnd(Random random, CalledRound round) {
        pause();
        Optional<BlockJob> handle = round.goingOn();
        if (handle.isEmpty() || random.nextInt(4) > 0) {
            return;
        }
        raw(round, "job-resume", "id", handle.get().id(), "");
        raw(round, "block-job-set-speed", "device", handle.get().id(), ",\"speed\":0");
        String status = vm.status(handle.get().id()).orElse("gone");
        boolean isPending = status.equals("pending");
        if (!isPending && !status.equals("ready")) {
            return;
        }
        switch (round.way) {
            case PIVOT -> {
                if (isPending) {
                    round.answer("finalize", handle, handle.get().finalizeJob());
                } else {
                    round.wantsPivot();
                    round.answer("pivot", handle, handle.get().pivot());
                }
            }
            case FINISH -> {
                if (isPending) {
                    raw(round, "job-finalize", "id", handle.get().id(), "");
                } else {
                    round.answer("finish", handle, handle.get().finishWithoutPivot());
                }
            }
            case HOLD -> raw(round, "job-cancel", "id", handle.get().id(), "");
        }
    }
}
