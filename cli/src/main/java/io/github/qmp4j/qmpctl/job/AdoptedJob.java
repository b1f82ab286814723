package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.qmpctl.display.SharedDisplay;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.watch.Interrupts;
import io.github.qmp4j.qmpctl.watch.JobWatch;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import io.github.qmp4j.qmpctl.watch.TargetNote;
import io.github.qmp4j.qmpctl.watch.WaitLimits;
import io.github.qmp4j.qmpctl.watch.WatchedJob;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.ParameterException;

/** Takes over a job that QEMU has, and watches it to its end. An interrupt never cancels it. */
public final class AdoptedJob {
    private final QmpCtl ctl;
    private final JobId id;

    public AdoptedJob(QmpCtl ctl, JobId id) {
        this.ctl = ctl;
        this.id = id;
    }

    /** Returns the exit code. */
    public int watch(ReadyAction whenReady) {
        return watch(whenReady, WaitLimits.NONE);
    }

    /** Returns the exit code. */
    public int watch(ReadyAction whenReady, WaitLimits limits) {
        return watch(whenReady, limits::begin);
    }

    public int cancel() {
        return watch(ReadyAction.AWAIT_END, this::untouched, (watch, job) -> watch.cancel());
    }

    /** Owning a PENDING job would finalize it, so such a job is only observed until its cancel was sent. */
    private BlockJob untouched(Session session, JobInfo info) {
        return info.status() == JobStatus.PENDING ? session.observed(id) : session.owned(id);
    }

    public int finalizeJob() {
        return watch(ReadyAction.AWAIT_END, (watch, job) -> watch.finalizeJob());
    }

    private int watch(ReadyAction whenReady, BiConsumer<JobWatch, BlockJob> then) {
        return watch(whenReady, (session, info) -> session.owned(id), then);
    }

    private int watch(
            ReadyAction whenReady, BiFunction<Session, JobInfo, BlockJob> meet, BiConsumer<JobWatch, BlockJob> then) {
        try (Session session = taken(() -> Session.open(ctl).join());
                SharedDisplay display = SharedDisplay.on(ctl.console(), ctl.screen())) {
            JobInfo info = taken(() -> suitable(session.info(id), whenReady));
            TargetNote note = new TargetNote(session.client(), id);
            Optional<String> newFile = taken(() -> note.read().join());
            BlockJob job = taken(() -> meet.apply(session, info));
            JobWatch watch = new JobWatch(
                    new WatchedJob(id.value(), Json.word(info.type()), whenReady, newFile, ctl.again()), display);
            return new Interrupts(watch::detachUnlessEnding, watch::detach, display::report).during(() -> {
                watch.follow(job, info);
                then.accept(watch, job);
                session.jobs().adopt(id);
                JobResult last = watch.result().join();
                if (newFile.isPresent() && job.outcome().isDone()) {
                    note.remove().exceptionally(lost -> null).join();
                }
                return last.code().number();
            });
        }
    }

    /** Prints the result line even if there is no job to watch. */
    private <T> T taken(Supplier<T> step) {
        try {
            return step.get();
        } catch (CompletionException | BlockJobException e) {
            refuse(Failure.of(e));
            throw e;
        } catch (ParameterException e) {
            refuse(new Failure(ExitCode.USAGE, String.valueOf(e.getMessage())));
            throw e;
        }
    }

    private void refuse(Failure failure) {
        if (ctl.console().json()) {
            ctl.console().print(Json.result(JobResult.refused(id.value(), "job", failure)));
        }
    }

    private static JobInfo suitable(JobInfo info, ReadyAction whenReady) {
        boolean needsReady = whenReady == ReadyAction.PIVOT || whenReady == ReadyAction.FINISH;
        if (needsReady && (info.type() == JobType.PULL || info.type() == JobType.BACKUP)) {
            throw new BlockJobException(
                    "job %s is a %s, which ends by itself and has no other side; `qmpctl wait` or `qmpctl cancel` it"
                            .formatted(info.id(), Json.word(info.type())));
        }
        return info;
    }
}
