package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.CopyExtent;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.qmpctl.job.JobInvocation;
import io.github.qmp4j.qmpctl.job.JobOrder;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.option.SizeConverter;
import io.github.qmp4j.qmpctl.option.TargetArgument;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl copy}. */
@Command(
        name = "copy",
        description =
                "Copy disks to files, block devices or nodes (drive-mirror, blockdev-mirror) and keep the copies in step. The"
                        + " job becomes READY, and ends with --pivot or --finish. Several disks are switched only when all"
                        + " are READY.",
        footer = {
            "Move a disk to other storage while the guest runs:",
            "  qmpctl copy virtio0 /new/disk.qcow2 --format qcow2 --pivot",
            "Keep a copy of the disk as it is at the end of the job:",
            "  qmpctl copy virtio0 /backup/disk.qcow2 --format qcow2 --finish"
        })
public final class CopyCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(
            arity = "2..*",
            paramLabel = "DISK TARGET",
            description =
                    "A disk and its target, as often as needed. A target is an absolute path in QEMU's file system, or"
                            + " node:NAME for a node of QEMU. A block device is overwritten as a whole, and needs"
                            + " --reuse-external.")
    private List<String> pairs = List.of();

    @Option(
            names = "--format",
            paramLabel = "FMT",
            description = "The format of the target: qcow2, raw … Required for a path; a node has its own.")
    private Optional<String> format = Optional.empty();

    @Option(names = "--shallow", description = "Copy the active layer only, onto the same backing chain.")
    private boolean shallow;

    @Option(
            names = "--reuse-external",
            description = "Use a target that exists; without this option it must not exist.")
    private boolean reuseExternal;

    @Option(
            names = "--granularity",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "How much is copied at once: a power of two from 512 to 64M.")
    private Optional<Long> granularity = Optional.empty();

    @Option(
            names = "--buf-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "How much data may be in flight.")
    private Optional<Long> bufSize = Optional.empty();

    @Option(
            names = "--synchronous-writes",
            description = "Send the guest's writes to both sides at once, so that the guest cannot outrun the copy.")
    private boolean synchronousWrites;

    @ArgGroup
    private Ending ending = new Ending();

    @Mixin
    private JobOptions options = new JobOptions();

    /** How a copy ends. */
    static final class Ending {
        @Option(names = "--pivot", description = "When READY, switch the guest to the copy.")
        private boolean pivot;

        @Option(names = "--finish", description = "When READY, end the copy: the guest stays where it is.")
        private boolean finish;

        ReadyAction whenReady() {
            if (pivot) {
                return ReadyAction.PIVOT;
            }
            return finish ? ReadyAction.FINISH : ReadyAction.LEAVE;
        }
    }

    public CopyCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new JobInvocation(ctl, options)
                .run("copy", places().mapToObj(pairs::get).toList(), this::orders);
    }

    private Stream<JobOrder> orders() {
        if (pairs.size() % 2 != 0) {
            throw new IllegalArgumentException("the disk '%s' has no target".formatted(pairs.get(pairs.size() - 1)));
        }
        JobSettings settings = options.settings(pairs.size() / 2, ending.whenReady());
        return places().mapToObj(place -> new JobOrder(
                request(pairs.get(place), pairs.get(place + 1)).withSettings(settings), ending.whenReady()));
    }

    private IntStream places() {
        return IntStream.range(0, pairs.size()).filter(place -> place % 2 == 0);
    }

    private CopyRequest request(String disk, String target) {
        CopyTarget to = new TargetArgument(target, reuseExternal).with(format);
        CopyRequest request = CopyRequest.of(disk, to);
        request = shallow ? request.withExtent(CopyExtent.TOP) : request;
        request = reuseExternal && to instanceof CopyTarget.File ? request.withReuseExternal(true) : request;
        request = granularity.map(request::withGranularity).orElse(request);
        request = bufSize.map(request::withBufSize).orElse(request);
        return synchronousWrites ? request.withSynchronousWrites(true) : request;
    }
}
