package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.blockjobs.BitmapRule;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.ErrorPolicy;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of all commands that start jobs. */
public final class JobOptions {
    @Option(
            names = "--job-id",
            paramLabel = "ID",
            converter = JobIdConverter.class,
            description = "The id of the job. By default it is made from kind and disk. Only with one disk.")
    private Optional<JobId> jobId = Optional.empty();

    @Option(
            names = "--speed",
            paramLabel = "RATE",
            converter = RateConverter.class,
            description =
                    "The limit per second: 64M, 64MiB (1024), 64MB (1000) or bytes. 0, the default, is unlimited.")
    private long speed;

    @Option(
            names = "--on-error",
            paramLabel = "POLICY",
            description = "On an I/O error: report (fail, the default), ignore, stop (pause), enospc (pause if full).")
    private ErrorPolicy onError = ErrorPolicy.REPORT;

    @Option(
            names = "--keep-nodes",
            description = "Keep the nodes of images that are no longer used; by default they are removed from QEMU.")
    private boolean keepNodes;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(
            names = "--detach",
            description = "Start the job, print its id, and exit. A pull, or a commit below the active layer,"
                    + " then waits in PENDING at its end, and keeps its chain, until `qmpctl wait ID`. QEMU alone would"
                    + " rewrite the header before the data is on disk.")
    private boolean detach;

    @Option(
            names = "--on-interrupt",
            paramLabel = "WHAT",
            description = "On Ctrl-C: cancel (the default; a second one leaves the job running), or leave it at once.")
    private OnInterrupt onInterrupt = OnInterrupt.CANCEL;

    @Option(
            names = "--allow-plain-text",
            description = "Allow the job to write encrypted data in plain text; refused without this option.")
    private boolean allowPlainText;

    @Option(
            names = "--bitmaps",
            paramLabel = "RULE",
            description =
                    "What to do with persistent dirty bitmaps of images that leave the chain: refuse the job (the default),"
                            + " merge them into the image that receives the data, or drop them.")
    private BitmapRule bitmaps = BitmapRule.REFUSE;

    @Option(
            names = "--quiet-exports",
            description =
                    "Promise that no client of an export sends a request while the job starts. Such a request kills some"
                            + " versions of QEMU; there the start is refused without this option.")
    private boolean quietExports;

    @Option(
            names = "--dry-run",
            description = "Start nothing: print the chain after the job, and the commands that would start it.")
    private boolean dryRun;

    /** The values of {@code --on-interrupt}. */
    enum OnInterrupt {
        CANCEL,
        LEAVE
    }

    public boolean dryRun() {
        return dryRun;
    }

    public boolean detach() {
        return detach;
    }

    public boolean leaveOnInterrupt() {
        return onInterrupt == OnInterrupt.LEAVE;
    }

    /** Sets the options that apply to all jobs of a session. */
    public BlockJobOptions ofSession(BlockJobOptions jobs) {
        return jobs.withIdleExports(quietExports);
    }

    /** Throws {@link IllegalArgumentException} if the options do not go together */
    public JobSettings settings(int disks, ReadyAction whenReady) {
        if (jobId.isPresent() && disks > 1) {
            throw new IllegalArgumentException("--job-id names one job, and there are %d disks".formatted(disks));
        }
        if (detach && whenReady != ReadyAction.LEAVE) {
            throw new IllegalArgumentException(
                    "--detach waits for nothing, so it cannot go with --pivot, --finish or --keep-overlay");
        }
        if (detach && limits.isLimited()) {
            throw new IllegalArgumentException(
                    "--detach waits for nothing, so it cannot go with --deadline or --stall");
        }
        JobSettings settings = limits.on(JobSettings.defaults())
                .withSpeed(speed)
                .withOnError(onError)
                .withKeepReleasedNodes(keepNodes)
                .withPlainText(allowPlainText)
                .withBitmaps(bitmaps);
        return jobId.map(settings::withJobId).orElse(settings);
    }
}
