package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.qmpctl.display.SharedDisplay;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobResult.Outcome;
import io.github.qmp4j.qmpctl.watch.AbandonedJobs;
import io.github.qmp4j.qmpctl.watch.Interrupts;
import io.github.qmp4j.qmpctl.watch.JobWatch;
import io.github.qmp4j.qmpctl.watch.PivotGroup;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import io.github.qmp4j.qmpctl.watch.TargetNote;
import io.github.qmp4j.qmpctl.watch.WatchedJob;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts jobs one after another, and watches all of them to their end. */
final class WatchedStart {
    /** How long to wait for QEMU to take the note of a file. */
    private static final long NOTE_SECONDS = 2;

    private final QmpCtl ctl;
    private final JobOptions options;

    /** An order, and the watch on its job. */
    private record Watched(JobOrder order, JobWatch watch) {}

    WatchedStart(QmpCtl ctl, JobOptions options) {
        this.ctl = ctl;
        this.options = options;
    }

    ExitCode run(List<JobOrder> orders) {
        Console console = ctl.console();
        try (SharedDisplay display = SharedDisplay.on(console, ctl.screen())) {
            List<Watched> all = orders.stream()
                    .map(order -> new Watched(
                            order,
                            new JobWatch(
                                    new WatchedJob(
                                            order.disk(),
                                            order.kind(),
                                            order.whenReady(),
                                            order.newFile(),
                                            ctl.again()),
                                    display)))
                    .toList();
            Optional<PivotGroup> group = group(all, display);
            Runnable cancel = () -> group.ifPresentOrElse(
                    PivotGroup::cancel, () -> all.forEach(each -> each.watch().cancel()));
            Runnable leave = () -> all.forEach(each -> each.watch().detachUnlessEnding());
            Runnable detach = () -> all.forEach(each -> each.watch().detach());
            return new Interrupts(options.leaveOnInterrupt() ? leave : cancel, detach, display::report)
                    .during(() -> run(all, group, display, console));
        }
    }

    /** The jobs whose pivots happen together; empty where each job pivots alone. */
    private static Optional<PivotGroup> group(List<Watched> all, SharedDisplay display) {
        List<JobWatch> pivots = all.stream()
                .filter(each -> each.order().whenReady() == ReadyAction.PIVOT_TOGETHER)
                .map(Watched::watch)
                .toList();
        return pivots.isEmpty() ? Optional.empty() : Optional.of(new PivotGroup(pivots, display::say));
    }

    private ExitCode run(List<Watched> all, Optional<PivotGroup> group, SharedDisplay display, Console console) {
        CompletableFuture<Session> session = Session.open(ctl, options);
        session.thenCompose(open -> start(all, open, display, console))
                .exceptionally(failure -> {
                    all.forEach(each -> each.watch().refuse(Failure.of(failure)));
                    return null;
                })
                .thenRun(() -> group.ifPresent(PivotGroup::started));
        ExitCode worst = ExitCode.worst(
                all.stream().map(each -> each.watch().result().join().code()).toList());
        if (session.isDone() && !session.isCompletedExceptionally()) {
            all.forEach(each -> note(each, session.join()));
            session.join().close();
        }
        return worst;
    }

    /** Records the file of a copy that goes on in QEMU. */
    private static void note(Watched each, Session session) {
        Optional<BlockJob> started = each.watch().job();
        JobResult last = each.watch().result().join();
        boolean goesOn = last.outcome() == Outcome.READY || last.outcome() == Outcome.UNKNOWN;
        if (goesOn && started.isPresent() && each.order().newFile().isPresent()) {
            new TargetNote(session.client(), started.get().id())
                    .write(each.order().newFile().get())
                    .completeOnTimeout(null, NOTE_SECONDS, TimeUnit.SECONDS)
                    // The session may be lost; the job goes on.
                    .exceptionally(failure -> null)
                    .join();
        }
    }

    private CompletableFuture<Void> start(List<Watched> all, Session open, SharedDisplay display, Console console) {
        if (!console.json()) {
            display.say("QEMU %s on %s"
                    .formatted(open.client().greeting().version(), open.client().address()));
        }
        CompletableFuture<Void> ready = new AbandonedJobs(open.jobs(), console::warn)
                .collect(all.stream().map(each -> each.order().disk()).toList());
        return ready.thenCompose(done -> GroupCheck.of(
                        open.jobs(), all.stream().map(Watched::order).toList()))
                .thenCompose(refused -> refused.isEmpty() ? start(all, open) : refuse(all, refused));
    }

    /** One after another, so that of two jobs on one chain always the second is refused. */
    private static CompletableFuture<Void> start(List<Watched> all, Session open) {
        CompletableFuture<Void> started = CompletableFuture.completedFuture(null);
        for (Watched each : all) {
            started = started.thenCompose(
                    done -> each.watch().start(open.jobs(), each.order().request()));
        }
        return started;
    }

    private static CompletableFuture<Void> refuse(List<Watched> all, List<Failure> refused) {
        for (int place = 0; place < all.size(); place++) {
            all.get(place).watch().refuse(refused.get(place));
        }
        return CompletableFuture.completedFuture(null);
    }
}
