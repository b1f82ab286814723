package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.process.QemuProcess;
import io.github.qmp4j.qmpctl.display.SharedDisplay;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.ChainDrawing;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.watch.JobWatch;
import io.github.qmp4j.qmpctl.watch.WatchedJob;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Creates the chain, starts QEMU on it, and runs the steps. */
final class DemoRun {
    /** Limits the speed so that a person can watch: the copy takes about this many seconds. */
    private static final int SECONDS_FOR_THE_WHOLE = 4;

    private final DemoFolder folder;
    private final Interruption interruption;
    private final Console console;
    private final Screen screen;
    private final QemuTools tools;

    DemoRun(DemoFolder folder, Interruption interruption, Console console, Screen screen) {
        this.folder = folder;
        this.interruption = interruption;
        this.console = console;
        this.screen = screen;
        this.tools = new QemuTools(folder.path(), interruption);
    }

    /** Throws {@link DemoException} at the first step that fails. */
    List<FinishedStep> take(long bytes) throws IOException {
        console.say("Making a chain of %d qcow2 images with %s of random data in %s"
                .formatted(SampleChain.IMAGES.size(), Quantity.bytes(bytes), folder.path()));
        new SampleChain(folder, tools, bytes).create();
        JobSettings settings = JobSettings.defaults().withSpeed(bytes / SECONDS_FOR_THE_WHOLE);
        List<DemoStep> steps = DemoStep.all(folder, settings);
        List<FinishedStep> done = new ArrayList<>();
        try (QemuProcess qemu = interruption.await(DemoQemu.start(folder));
                BlockJobs jobs = BlockJobs.of(qemu.client(), BlockJobOptions.defaults())) {
            console.say("Started QEMU %s with its guest stopped; jobs are limited to %s"
                    .formatted(qemu.client().greeting().version(), Quantity.rate(settings.speed())));
            draw(jobs);
            for (DemoStep step : steps) {
                console.say("");
                console.say((done.size() + 1) + ". " + step.title());
                done.add(take(step, jobs));
                draw(jobs);
                // QEMU caches a part of qcow2's tables; the command stop writes them out, even if the guest is stopped.
                interruption.await(qemu.client().execute(QmpCommand.of("stop")));
                prove(step.image(), "-U");
            }
        }
        // Once more without QEMU: no cache, and no locks.
        prove(steps.get(steps.size() - 1).image(), "-q");
        return done;
    }

    private FinishedStep take(DemoStep step, BlockJobs jobs) {
        long begun = System.nanoTime();
        JobResult result;
        try (SharedDisplay display = SharedDisplay.on(console, screen)) {
            JobWatch watch = new JobWatch(
                    new WatchedJob(DemoQemu.DISK, step.kind(), step.whenReady(), Optional.empty(), "qmpctl"), display);
            watch.start(jobs, step.request());
            result = interruption.await(watch.result());
        }
        if (result.outcome() != JobResult.Outcome.COMPLETED) {
            throw new DemoException(ExitCode.FAILED, "the %s did not complete".formatted(step.kind()));
        }
        return new FinishedStep(result, Duration.ofNanos(System.nanoTime() - begun));
    }

    private void draw(BlockJobs jobs) {
        console.print(new ChainDrawing(screen.unicode())
                .draw(DemoQemu.DISK, interruption.await(jobs.chain(DiskRef.of(DemoQemu.DISK)))));
    }

    private void prove(String image, String option) throws IOException {
        QemuTools.Ended ended =
                tools.start("qemu-img", "compare", option, "-f", "raw", "-F", "qcow2", SampleChain.FLATTENED, image);
        if (ended.status() != 0) {
            throw new DemoException(
                    ExitCode.FAILED,
                    "the data has changed: qemu-img compare of %s with the copy made before says: %s"
                            .formatted(image, ended.output()));
        }
        if (!option.equals("-q")) {
            console.say("%s holds the same data as before: %s".formatted(image, ended.output()));
        }
    }
}
