package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.watch.AbandonedJobs;
import io.github.qmp4j.qmpctl.watch.TargetNote;
import io.github.qmp4j.qmpctl.watch.WatchedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Starts the jobs of a call with {@code --detach}: prints their ids, and does not wait for their ends. */
final class DetachedStart {
    private final QmpCtl ctl;
    private final JobOptions options;
    private final Console console;

    DetachedStart(QmpCtl ctl, JobOptions options) {
        this.ctl = ctl;
        this.options = options;
        this.console = ctl.console();
    }

    ExitCode run(List<JobOrder> orders) {
        List<ExitCode> codes = new ArrayList<>();
        try (Session session = Session.open(ctl, options).join()) {
            new AbandonedJobs(session.jobs(), console::warn)
                    .collect(orders.stream().map(JobOrder::disk).toList())
                    .join();
            List<Failure> refused = GroupCheck.of(session.jobs(), orders).join();
            for (int place = 0; place < orders.size(); place++) {
                JobOrder order = orders.get(place);
                codes.add(refused.isEmpty() ? start(session, order) : refuse(order, refused.get(place)));
            }
        } catch (CompletionException e) {
            Failure failure = Failure.of(e);
            orders.stream().skip(codes.size()).forEach(order -> codes.add(refuse(order, failure)));
        }
        return ExitCode.worst(codes);
    }

    private ExitCode start(Session session, JobOrder order) {
        try {
            BlockJob job = session.jobs().start(order.request()).join();
            order.newFile().ifPresent(file -> new TargetNote(session.client(), job.id())
                    .write(file)
                    .join());
            print(order, job);
            return ExitCode.DONE;
        } catch (CompletionException e) {
            return refuse(order, Failure.of(e));
        }
    }

    private void print(JobOrder order, BlockJob job) {
        String then = WatchedJob.unwatched(order.kind());
        String end = then.isEmpty() ? "" : then + "see it to its end with: %s wait %s".formatted(ctl.again(), job.id());
        if (!console.json()) {
            console.out().println(job.id());
            if (!end.isEmpty()) {
                console.warn(end);
            }
            return;
        }
        JobSnapshot snapshot = new JobSnapshot(
                order.disk(),
                order.kind(),
                Optional.of(job.id()),
                Phase.RUNNING,
                job.info().progress(),
                Optional.empty());
        console.print(Json.start(snapshot));
        console.print(Json.result(JobResult.goesOn(
                snapshot,
                JobResult.Outcome.UNKNOWN,
                ExitCode.DONE,
                Optional.of("left running, as --detach asks" + (end.isEmpty() ? "" : "; " + end)))));
    }

    private ExitCode refuse(JobOrder order, Failure failure) {
        JobResult refused = JobResult.refused(order.disk(), order.kind(), failure);
        if (console.json()) {
            console.print(Json.result(refused));
        }
        console.warn("cannot start the %s of %s: %s".formatted(order.kind(), order.disk(), failure.sentence()));
        return failure.code();
    }
}
