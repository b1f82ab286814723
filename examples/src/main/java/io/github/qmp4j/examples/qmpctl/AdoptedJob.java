package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.examples.report.Json;
import io.github.qmp4j.examples.report.Noticeboard;
import io.github.qmp4j.examples.watch.Interrupts;
import io.github.qmp4j.examples.watch.JobWatch;
import io.github.qmp4j.examples.watch.Subject;
import io.github.qmp4j.examples.watch.WhenReady;
import java.util.function.Consumer;

/** Takes over a job that is there, and watches it to its end. An interrupt never cancels it. */
final class AdoptedJob {
    private final QmpCtl ctl;
    private final JobId id;

    AdoptedJob(QmpCtl ctl, JobId id) {
        this.ctl = ctl;
        this.id = id;
    }

    /** Gives the exit code. */
    int watch(WhenReady whenReady) {
        return watch(whenReady, watch -> {});
    }

    int cancel() {
        return watch(WhenReady.AWAIT_END, JobWatch::cancel);
    }

    private int watch(WhenReady whenReady, Consumer<JobWatch> then) {
        try (Session session = Session.open(ctl).join();
                Noticeboard board = Noticeboard.on(ctl.console(), ctl.screen())) {
            JobInfo info = session.info(id);
            BlockJob job = session.owned(id);
            JobWatch watch =
                    new JobWatch(new Subject(id.value(), Json.word(info.type()), whenReady, ctl.again()), board);
            return new Interrupts(watch::detachUnlessEnding, watch::detach, board::report).during(() -> {
                watch.follow(job, info);
                then.accept(watch);
                return watch.result().join().code().number();
            });
        }
    }
}
