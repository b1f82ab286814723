package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.report.PreviewText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Carries out {@code --dry-run}: shows what the jobs would do, and starts none. */
final class DryRun {
    private final QmpCtl ctl;
    private final JobOptions options;
    private final Console console;

    DryRun(QmpCtl ctl, JobOptions options) {
        this.ctl = ctl;
        this.options = options;
        this.console = ctl.console();
    }

    ExitCode run(List<JobOrder> orders) {
        List<ExitCode> codes = new ArrayList<>();
        try (Session session = Session.open(ctl, options).join()) {
            orders.forEach(order -> codes.add(tell(session, order)));
        } catch (CompletionException e) {
            Failure failure = Failure.of(e);
            orders.stream().skip(codes.size()).forEach(order -> codes.add(refuse(order, failure)));
        }
        return ExitCode.worst(codes);
    }

    private ExitCode tell(Session session, JobOrder order) {
        try {
            print(order, session.jobs().preview(order.withEnding()).join());
            return ExitCode.DONE;
        } catch (CompletionException e) {
            return refuse(order, Failure.of(e));
        }
    }

    private void print(JobOrder order, JobPreview preview) {
        if (console.json()) {
            Json.preview(order.disk(), order.kind(), preview).forEach(console::print);
        } else {
            console.print(new PreviewText(ctl.screen().unicode()).of(order.disk(), order.kind(), preview));
        }
    }

    private ExitCode refuse(JobOrder order, Failure failure) {
        if (console.json()) {
            console.print(Json.result(JobResult.refused(order.disk(), order.kind(), failure)));
        }
        console.warn("the %s of %s would be refused: %s".formatted(order.kind(), order.disk(), failure.sentence()));
        return failure.code();
    }
}
