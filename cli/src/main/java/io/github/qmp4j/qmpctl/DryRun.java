package io.github.qmp4j.qmpctl;

import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.qmpctl.report.Console;
import io.github.qmp4j.qmpctl.report.ExitCode;
import io.github.qmp4j.qmpctl.report.Failure;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.report.PreviewText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Tells what jobs would do, and starts none. */
final class DryRun {
    private final QmpCtl ctl;
    private final JobOptions options;
    private final Console console;

    DryRun(QmpCtl ctl, JobOptions options) {
        this.ctl = ctl;
        this.options = options;
        this.console = ctl.console();
    }

    ExitCode run(List<Order> orders) {
        List<ExitCode> codes = new ArrayList<>();
        try (Session session = Session.open(ctl, options).join()) {
            orders.forEach(order -> codes.add(tell(session, order)));
        } catch (CompletionException e) {
            Failure failure = Failure.of(e);
            orders.stream().skip(codes.size()).forEach(order -> codes.add(refuse(order, failure)));
        }
        return ExitCode.worst(codes);
    }

    private ExitCode tell(Session session, Order order) {
        try {
            print(order, session.jobs().preview(order.withEnding()).join());
            return ExitCode.DONE;
        } catch (CompletionException e) {
            return refuse(order, Failure.of(e));
        }
    }

    private void print(Order order, JobPreview preview) {
        if (console.json()) {
            Json.preview(order.disk(), order.kind(), preview).forEach(console::print);
        } else {
            console.print(new PreviewText(ctl.screen().unicode()).of(order.disk(), order.kind(), preview));
        }
    }

    private ExitCode refuse(Order order, Failure failure) {
        if (console.json()) {
            console.print(Json.result(JobResult.refused(order.disk(), order.kind(), failure)));
        }
        console.warn("the %s of %s would be refused: %s".formatted(order.kind(), order.disk(), failure.sentence()));
        return failure.code();
    }
}
