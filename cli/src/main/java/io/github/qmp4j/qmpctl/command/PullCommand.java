package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.qmpctl.job.JobInvocation;
import io.github.qmp4j.qmpctl.job.JobOrder;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl pull}. */
@Command(
        name = "pull",
        description =
                "Pull the data of the backing nodes into the active layer (block-stream), which then needs them no"
                        + " longer. Without --base and --bottom it pulls the whole chain.",
        footer = {
            "Make the active layer a whole image that needs no other:",
            "  qmpctl pull virtio0",
            "Merge the images above snap1 into the active layer, and keep snap1:",
            "  qmpctl pull virtio0 --base snap1"
        })
public final class PullCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(arity = "1..*", paramLabel = "DISK", description = "Device name, qdev id, QOM path, node-name or file.")
    private List<String> disks = List.of();

    @Option(
            names = "--base",
            paramLabel = "NODE",
            description = "The node that stays the backing node: node-name or file.")
    private Optional<String> base = Optional.empty();

    @Option(names = "--bottom", paramLabel = "NODE", description = "The lowest node that is pulled: node-name or file.")
    private Optional<String> bottom = Optional.empty();

    @Option(
            names = "--keep-relative",
            description =
                    "Write the name of the base into the header relative to the image above it; refused if that is impossible.")
    private boolean keepRelative;

    @Mixin
    private JobOptions options = new JobOptions();

    public PullCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new JobInvocation(ctl, options).run("pull", disks, this::orders);
    }

    private Stream<JobOrder> orders() {
        JobSettings settings = options.settings(disks.size(), ReadyAction.LEAVE);
        return disks.stream().map(disk -> {
            PullRequest plain = PullRequest.of(disk).withSettings(settings);
            PullRequest whole = keepRelative ? plain.withBackingName(BackingName.RELATIVE) : plain;
            PullRequest above = base.map(whole::withBase).orElse(whole);
            return new JobOrder(bottom.map(above::withBottom).orElse(above), ReadyAction.LEAVE);
        });
    }
}
