package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.examples.report.Console;
import io.github.qmp4j.examples.report.ExitCode;
import io.github.qmp4j.examples.report.Failure;
import io.github.qmp4j.examples.report.JobResult;
import io.github.qmp4j.examples.report.Json;
import io.github.qmp4j.examples.report.PreviewText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Tells what jobs would do, and starts none. */
final class DryRun {
    private final QmpCtl ctl;
    private final Console console;

    DryRun(QmpCtl ctl) {
        this.ctl = ctl;
        this.console = ctl.console();
    }

    ExitCode run(List<Order> orders) {
        List<ExitCode> codes = new ArrayList<>();
        try (Session session = Session.open(ctl).join()) {
            orders.forEach(order -> codes.add(tell(session, order)));
        } catch (CompletionException e) {
            Failure failure = Failure.of(e);
            orders.stream().skip(codes.size()).forEach(order -> codes.add(refuse(order, failure)));
        }
        return ExitCode.worst(codes);
    }

    private ExitCode tell(Session session, Order order) {
        try {
            print(order, session.jobs().preview(ending(order)).join());
            return ExitCode.DONE;
        } catch (CompletionException e) {
            return refuse(order, Failure.of(e));
        }
    }

    /** The end that is asked for by a verb, and so stands not in the request that is started. */
    private static BlockJobRequest ending(Order order) {
        if (order.whenReady() != io.github.qmp4j.examples.watch.WhenReady.FINISH) {
            return order.request();
        }
        return order.request() instanceof CommitRequest commit
                ? commit.whenReady(WhenReady.FINISH)
                : ((CopyRequest) order.request()).whenReady(WhenReady.FINISH);
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
