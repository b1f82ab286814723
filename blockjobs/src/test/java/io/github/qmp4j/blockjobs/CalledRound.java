package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All that is done on one disk of {@link RandomCallsTest} between two looks at it: mostly one job, sometimes more after one another, with
 * everything that was called meanwhile. At its end nothing goes on, and what was said is held against what QEMU did.
 */
final class CalledRound {
    /** Beyond that the round is to come to its end. */
    private static final int MOST_CALLS = 30;

    /** A job that was started here, by its first handle. */
    private record Started(CalledJob asked, int facade, BlockJob handle, Optional<JobKey> key, boolean inGroup) {
        JobId id() {
            return handle.id();
        }
    }

    /** A handle on a job, and how often it has told of the outcome. */
    private record Met(int facade, BlockJob handle, AtomicInteger told) {}

    /** A call whose answer is to come; what gives an outcome gives that of the handle. */
    private record Call(String what, Optional<BlockJob> handle, CompletableFuture<?> answer) {}

    final CalledDisk disk;
    final List<Path> before;
    private final CalledVm vm;
    private final int calls;
    /** How what waits for a verb in the end is ended: HOLD stands for a cancel. */
    final WhenReady way;

    private final long begin = System.nanoTime();
    private int made;
    private int starting;
    private int rivals;
    private int kept;
    private boolean closed;
    private boolean pivotWanted;
    private final List<Started> started = new ArrayList<>();
    private final List<Met> met = new ArrayList<>();
    private final List<Call> answers = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    /** Jobs that a start was refused because of. */
    private final Set<JobId> conflicts = new HashSet<>();

    private final List<String> wrong = new ArrayList<>();

    CalledRound(CalledVm vm, CalledDisk disk, List<Path> before, Random random) {
        this.vm = vm;
        this.disk = disk;
        this.before = before;
        this.calls = random.nextInt(MOST_CALLS);
        this.way = random.nextBoolean()
                ? WhenReady.PIVOT
                : List.of(WhenReady.values()).get(random.nextInt(WhenReady.values().length));
    }

    /** What has happened, for whoever has to find out. */
    synchronized void note(String what) {
        log.add(what);
    }

    /** Takes part in the round, so that it does not end meanwhile; false if it has. Each is followed by {@link #leave}. */
    synchronized boolean enter() {
        if (closed) {
            return false;
        }
        starting++;
        made++;
        return true;
    }

    synchronized void leave() {
        starting--;
    }

    /** Whether enough was called, so that the jobs are to be brought to their end. */
    synchronized boolean isToEnd() {
        return made > calls;
    }

    /** Another start is tried, which QEMU may refuse after this side has reserved the disk for it. */
    synchronized void rivals() {
        rivals++;
    }

    synchronized void wantsPivot() {
        pivotWanted = true;
    }

    void started(CalledJob asked, int facade, BlockJob handle, Optional<JobKey> key, boolean inGroup) {
        note("started %s by %d as %s: %s".formatted(asked.kind(), facade, handle.id(), asked.request()));
        synchronized (this) {
            if (asked.request().whenReady() == WhenReady.PIVOT) {
                pivotWanted = true;
            }
            started.add(new Started(asked, facade, handle, key, inGroup));
        }
        met(facade, handle);
    }

    void met(int facade, BlockJob handle) {
        AtomicInteger told = new AtomicInteger();
        handle.outcome().thenAccept(outcome -> told.incrementAndGet());
        synchronized (this) {
            met.add(new Met(facade, handle, told));
        }
    }

    synchronized void refused(String what, Throwable refusal, boolean mayBe) {
        log.add(what + " refused: " + refusal);
        refusals.merge(what + ": " + refusal.getClass().getSimpleName(), 1, Integer::sum);
        if (!mayBe && !isBecauseOfAnother(refusal)) {
            wrong.add(what + " was refused: " + refusal);
        }
    }

    /** Another start may be quicker, and may have changed the chain by now. */
    private boolean isBecauseOfAnother(Throwable refusal) {
        Throwable cause = refusal instanceof StartTogetherException && refusal.getCause() != null
                ? Futures.cause(refusal.getCause())
                : refusal;
        if (cause instanceof JobConflictException conflict) {
            if (cause.equals(refusal)) {
                conflicts.add(conflict.other());
            }
            return true;
        }
        return rivals > 0 && (cause instanceof BlockJobException || cause instanceof QmpCommandException);
    }

    synchronized void answer(String what, Optional<BlockJob> handle, CompletableFuture<?> answer) {
        log.add(what + handle.map(one -> " of " + one.id()).orElse(""));
        answers.add(new Call(what, handle, answer));
    }

    synchronized Optional<BlockJob> anyHandle(Random random) {
        return met.isEmpty()
                ? Optional.empty()
                : Optional.of(met.get(random.nextInt(met.size())).handle());
    }

    /** A handle of a job that goes on. */
    synchronized Optional<BlockJob> goingOn() {
        return met.stream()
                .map(Met::handle)
                .filter(handle -> !handle.outcome().isDone())
                .findFirst();
    }

    /** The job that was started last, if any. */
    synchronized Optional<JobId> lastJob() {
        return started.isEmpty()
                ? Optional.empty()
                : Optional.of(started.get(started.size() - 1).id());
    }

    synchronized Optional<JobKey> key() {
        return started.stream().findFirst().flatMap(Started::key);
    }

    synchronized Optional<BlockJobRequest> firstRequest() {
        return started.stream().findFirst().map(one -> one.asked().request());
    }

    synchronized int firstFacade() {
        return started.get(0).facade();
    }

    /** Whether all has ended; then nothing more is begun. */
    synchronized boolean isOver() {
        if (closed) {
            return false;
        }
        boolean isOver = starting == 0
                && met.stream().allMatch(one -> one.told().get() > 0)
                && answers.stream().allMatch(call -> call.answer().isDone());
        closed = isOver;
        return isOver;
    }

    boolean isOlderThan(Duration limit) {
        return System.nanoTime() - begin > limit.toNanos();
    }

    /** What still goes on, where a round does not end. */
    synchronized String state() {
        return "%d under way, %s, waiting for %s, QEMU has %s\n%s"
                .formatted(
                        starting,
                        met.stream().map(one -> one.handle().info()).toList(),
                        answers.stream()
                                .filter(call -> !call.answer().isDone())
                                .map(Call::what)
                                .toList(),
                        vm.ask("query-jobs"),
                        String.join("\n", log));
    }

    /** What a round has shown. */
    record Report(int outcomes, Map<String, Integer> kinds, Map<String, Integer> refusals, List<String> wrong) {}

    /** Holds all that was said against what QEMU did, and deletes the files that are said to be released. */
    synchronized Report check() {
        Map<String, Integer> kinds = new TreeMap<>();
        List<Path> live = disk.liveChain();
        List<Started> inOrder = new ArrayList<>(started);
        inOrder.sort(Comparator.comparingInt(one -> vm.placeOfEnd(one.id())));
        Set<Path> released = new HashSet<>();
        for (Started one : inOrder) {
            JobOutcome outcome = outcome(one.id());
            kinds.merge(one.asked().kind() + " " + word(outcome), 1, Integer::sum);
            try {
                checkEnd(one, outcome);
                if (started.size() == 1) {
                    checkChain(one, outcome, live);
                }
                require(files(outcome).stream().noneMatch(live::contains), "what the disk uses is released: " + live);
                if (!(outcome.end() instanceof End.Unknown)) {
                    one.asked().newFile().ifPresent(file -> checkFile(one, outcome, file, live));
                }
                one.key().ifPresent(key -> checkRecord(key, one));
                released.addAll(files(outcome));
            } catch (AssertionError | RuntimeException e) {
                wrong.add("%s: %s".formatted(outcome, e));
            }
        }
        if (started.isEmpty() && !live.equals(before)) {
            wrong.add("the chain was %s and is %s, and no job was started".formatted(before, live));
        }
        inOrder.stream().reduce((first, last) -> last).ifPresent(last -> checkLast(last, live));
        conflicts.stream()
                .filter(job -> vm.made(job) == 0 && rivals == 0)
                .forEach(job -> wrong.add("QEMU has never had job %s, which a start was refused for".formatted(job)));
        met.forEach(one -> checkHandle(one, live));
        answers.forEach(this::checkAnswer);
        released.forEach(CalledRound::delete);
        if (kept > 0) {
            kinds.put("images that were not said to be released", kept);
            disk.removeUnused();
        }
        disk.wrong(live).ifPresent(wrong::add);
        return new Report(
                inOrder.size(),
                kinds,
                refusals,
                wrong.stream().map(what -> what + "\n" + String.join("\n", log)).toList());
    }

    /** By the handle that the start gave. */
    private JobOutcome outcome(JobId job) {
        return outcomes(job).get(0);
    }

    private List<JobOutcome> outcomes(JobId job) {
        return met.stream()
                .map(Met::handle)
                .filter(handle -> handle.id().equals(job))
                .map(handle -> handle.outcome().join())
                .toList();
    }

    private static String word(JobOutcome outcome) {
        return outcome.end().getClass().getSimpleName() + (outcome.head() == Head.TARGET ? ", pivoted" : "");
    }

    private static void require(boolean isSo, String what) {
        if (!isSo) {
            throw new AssertionError(what);
        }
    }

    private void checkEnd(Started one, JobOutcome outcome) {
        boolean isDoneByAnother = vm.made(one.id()) == 0 && one.key().isPresent() && started.size() > 1;
        if (isDoneByAnother) {
            require(outcome.completed(), "there was no such job");
            return;
        }
        require(vm.made(one.id()) == 1, "QEMU has made %d jobs of this id".formatted(vm.made(one.id())));
        require(vm.status(one.id()).isEmpty(), "QEMU still has the job: " + vm.status(one.id()));
        List<JsonNode> events = vm.endEvents(one.id());
        require(events.size() == 1, "the events of the end are " + events);
        boolean isCancelled = events.get(0).path("event").asText().equals("BLOCK_JOB_CANCELLED");
        boolean hasFailed = events.get(0).path("data").has("error");
        boolean isSwitchAsked = pivotWanted && one.asked().kind().becomesReady();
        End end = outcome.end();
        if (end instanceof End.Failed) {
            require(
                    hasFailed || (isSwitchAsked && !isCancelled) || one.inGroup() || started.size() > 1,
                    "it has not failed, by " + events);
        } else if (end instanceof End.Cancelled) {
            require(isCancelled, "it was not cancelled, by " + events);
        } else {
            // Of two jobs one after another the second may have switched the disk before the first was judged.
            require(
                    end instanceof End.Completed || started.size() > 1,
                    "it is not known how it ended, and it could be");
            require(!isCancelled && !hasFailed, "it has not completed, by " + events);
        }
        if (!(end instanceof End.Unknown)) {
            require(
                    outcome.size().equals(Optional.of(new DiskSize(CalledDisk.SIZE, CalledDisk.SIZE))),
                    "the size is " + outcome.size());
        }
    }

    /** The one job that there was has made of the chain what its outcome says. */
    private void checkChain(Started one, JobOutcome outcome, List<Path> live) {
        boolean isSwitched = outcome.head() == Head.TARGET;
        boolean isChanged = outcome.completed() && (!one.asked().kind().becomesReady() || isSwitched);
        List<Path> expected = isChanged ? one.asked().after() : before;
        require(live.equals(expected), "the chain was %s and is %s".formatted(before, live));
        require(outcome.head() != Head.UNKNOWN, "which side the disk is on is not known");
        Set<Path> gone = new HashSet<>(before);
        live.forEach(gone::remove);
        // While another call has nodes whose files cannot be read now, an image is not said to be released.
        require(
                gone.containsAll(files(outcome)),
                "the chain has lost %s, and released are %s".formatted(gone, files(outcome)));
        kept += gone.size() - files(outcome).size();
    }

    private void checkLast(Started last, List<Path> live) {
        JobOutcome outcome = outcome(last.id());
        boolean isOnTarget = last.asked().kind().becomesReady()
                && live.get(0).equals(last.asked().after().get(0));
        if (outcome.head() != Head.UNKNOWN && isOnTarget != (outcome.head() == Head.TARGET)) {
            wrong.add("the disk is on %s, and the last outcome is %s".formatted(live, outcome));
        }
    }

    private void checkFile(Started one, JobOutcome outcome, Path file, List<Path> live) {
        boolean isLeft = !outcome.completed();
        List<String> left = outcome.leftovers().stream().map(Leftover::name).toList();
        require(left.equals(isLeft ? List.of(file.toString()) : List.of()), "left behind is " + left);
        require(Files.exists(file), "the copy has no file");
        if (outcome.head() == Head.SOURCE) {
            require(!live.contains(file), "the disk is on the copy");
            boolean isWhole = !outcome.completed()
                    || one.asked().kind() != CalledJob.Kind.COPY
                    || disk.holdsAsOfEnd(file, one.id());
            require(isWhole, "the finished copy is none");
            delete(file);
        }
    }

    /** The same outcome again, without anything being done. */
    private void checkRecord(JobKey key, Started one) {
        BlockJobs facade = vm.facades.get(one.facade());
        int made = vm.made(one.id());
        BlockJob again = TestVm.get(facade.adoptOrStart(key, one.asked().request()));
        JobOutcome recorded = TestVm.get(again.outcome());
        require(outcomes(one.id()).contains(recorded), "by its key it is " + recorded);
        require(vm.made(one.id()) == made, "it was started again by its key");
        TestVm.get(facade.forget(key));
    }

    private static Set<Path> files(JobOutcome outcome) {
        Set<Path> files = new HashSet<>();
        outcome.released().forEach(node -> files.add(Path.of(node.file())));
        return files;
    }

    private boolean isOwn(Met one) {
        return started.stream()
                .anyMatch(other -> other.id().equals(one.handle().id()) && other.facade() == one.facade());
    }

    /** A handle that has only met the job may know less, and claims nothing that is not so. */
    private void checkHandle(Met one, List<Path> live) {
        JobOutcome outcome = one.handle().outcome().join();
        List<JsonNode> events = vm.endEvents(one.handle().id());
        boolean isCancelled =
                events.size() == 1 && events.get(0).path("event").asText().equals("BLOCK_JOB_CANCELLED");
        Optional<JobOutcome> first = started.stream()
                .filter(other -> other.id().equals(one.handle().id()))
                .map(other -> outcome(other.id()))
                .findFirst();
        if (one.told().get() != 1) {
            wrong.add("%s was told %d times".formatted(outcome, one.told().get()));
        }
        if (first.isEmpty()) {
            wrong.add("there is a handle on a job that was not started here: " + outcome);
            return;
        }
        if (outcome.end() instanceof End.Unknown && !isOwn(one)) {
            // It was met too late for anything to be heard of its end, and says so.
            return;
        }
        boolean agrees = first.get().end() instanceof End.Cancelled == outcome.end() instanceof End.Cancelled
                && (outcome.head() == Head.UNKNOWN
                        || first.get().head() == Head.UNKNOWN
                        || outcome.head() == first.get().head())
                && (outcome.end() instanceof End.Cancelled == isCancelled || outcome.end() instanceof End.Failed)
                && files(outcome).stream().noneMatch(live::contains);
        if (!agrees) {
            wrong.add("one handle of facade %d says %s and another %s".formatted(one.facade(), outcome, first.get()));
        }
    }

    private void checkAnswer(Call call) {
        if (call.answer().isCompletedExceptionally()) {
            Throwable refusal =
                    call.answer().handle((value, failure) -> failure).join();
            Throwable cause = Futures.cause(refusal);
            refusals.merge(call.what() + ": " + cause.getClass().getSimpleName(), 1, Integer::sum);
            if (!(cause instanceof BlockJobException
                    || cause instanceof JobEndedException
                    || cause instanceof QmpCommandException)) {
                wrong.add("%s ended with %s".formatted(call.what(), cause));
            }
        } else if (call.answer().join() instanceof JobOutcome outcome
                && !outcome.equals(call.handle().orElseThrow().outcome().join())) {
            wrong.add("%s gave %s, and the handle %s"
                    .formatted(
                            call.what(),
                            outcome,
                            call.handle().orElseThrow().outcome().join()));
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
