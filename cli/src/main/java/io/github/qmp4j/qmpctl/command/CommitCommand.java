package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.qmpctl.job.JobInvocation;
import io.github.qmp4j.qmpctl.job.JobOrder;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl commit}. */
@Command(
        name = "commit",
        description = "Commit the nodes from --top (the active layer) down into --base (the lowest node) with"
                + " block-commit. With a node below the active layer as top the job ends by itself; a commit of the active"
                + " layer becomes READY, and ends with --pivot or --keep-overlay.",
        footer = {
            "Merge all snapshots into the lowest image:",
            "  qmpctl commit virtio0 --pivot",
            "Merge the newest snapshot into the one below it:",
            "  qmpctl commit virtio0 --shallow --pivot",
            "Merge snap2 and what lies between into snap1, below newer snapshots:",
            "  qmpctl commit virtio0 --top snap2 --base snap1",
            "qmpctl chain shows the names.",
            "A file reported as no longer used is open nowhere on this machine.",
            "Delete it only if no closed image has it as its backing file.",
            "A file reported as not used by this QEMU any more may be in use elsewhere.",
            "A file reported as no longer valid must not be used again."
        })
public final class CommitCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(arity = "1..*", paramLabel = "DISK", description = "Device name, qdev id, QOM path, node-name or file.")
    private List<String> disks = List.of();

    @Option(
            names = "--top",
            paramLabel = "NODE",
            description = "The highest node that is committed: node-name or file.")
    private Optional<String> top = Optional.empty();

    @Option(names = "--base", paramLabel = "NODE", description = "The node that receives the data: node-name or file.")
    private Optional<String> base = Optional.empty();

    @Option(names = "--shallow", description = "Commit the top only, into its backing node.")
    private boolean shallow;

    @Option(
            names = "--delete",
            description =
                    "Delete the images that are no longer needed, and remove their nodes. Refused if a file is not proved to be"
                            + " the one that QEMU has open, or if an image holds internal snapshots.")
    private boolean delete;

    @Option(
            names = "--grow",
            description =
                    "If the base is larger than the disk, first grow the disk to the size of the base; the new part reads as"
                            + " zeroes. Refused without this option.")
    private boolean grow;

    @ArgGroup
    private Ending ending = new Ending();

    @Option(
            names = "--keep-relative",
            description =
                    "Write the name of the base into the header relative to the image above it; refused if that is impossible.")
    private boolean keepRelative;

    @Mixin
    private JobOptions options = new JobOptions();

    /** How a commit of the active layer ends. */
    static final class Ending {
        @Option(names = "--pivot", description = "When READY, switch the guest to the base, and drop the overlay.")
        private boolean pivot;

        @Option(
                names = "--keep-overlay",
                description = "When READY, end without a switch: the guest stays on the overlay.")
        private boolean keepOverlay;

        ReadyAction whenReady() {
            if (pivot) {
                return ReadyAction.PIVOT;
            }
            return keepOverlay ? ReadyAction.FINISH : ReadyAction.LEAVE;
        }
    }

    public CommitCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new JobInvocation(ctl, options).run("commit", disks, this::orders);
    }

    private Stream<JobOrder> orders() {
        JobSettings settings = options.settings(disks.size(), ending.whenReady());
        if (delete && (ending.keepOverlay || options.detach() || (top.isEmpty() && !ending.pivot))) {
            throw new IllegalArgumentException(
                    "--delete deletes at the end of the commit; it needs --pivot or, below the active layer, --top, and excludes --detach");
        }
        return disks.stream().map(disk -> {
            CommitRequest plain = CommitRequest.of(disk).withSettings(settings);
            CommitRequest whole = keepRelative ? plain.withBackingName(BackingName.RELATIVE) : plain;
            CommitRequest below = top.map(whole::withTop).orElse(whole);
            CommitRequest onto = base.map(below::withBase).orElse(below);
            CommitRequest deep = shallow ? onto.withShallow(true) : onto;
            CommitRequest grown = grow ? deep.withGrowsDisk(true) : deep;
            return new JobOrder(delete ? grown.withDeletesReleased(true) : grown, ending.whenReady());
        });
    }
}
