package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.copy.TargetSteps;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.blockjobs.header.IoThreads;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.PullPlan;
import io.github.qmp4j.client.QmpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Refuses the starts that would kill a QEMU in which an I/O thread runs the disk. */
final class IoThreadCheck {
    private final QmpClient client;
    private final Quirks quirks;

    IoThreadCheck(QmpClient client) {
        this.client = client;
        this.quirks = new Quirks(client.greeting().version());
    }

    /** Fails with {@link BlockChainException} if the start of a job, or what is added for it, would kill this QEMU. */
    CompletableFuture<Void> check(JobPlan plan, CommandContext context, Disk disk) {
        // A guest device keeps the node in its thread.
        Optional<String> danger = disk.isPluggedIn()
                ? Optional.empty()
                : pull(plan, context, disk).or(() -> copy(plan, context, disk));
        return danger.map(why -> new IoThreads(client).any().thenAccept(any -> {
                    if (any) {
                        throw new BlockChainException(why);
                    }
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private Optional<String> pull(JobPlan plan, CommandContext context, Disk disk) {
        if (!(plan instanceof PullPlan) || quirks.survivesPullsUnderIoThreads()) {
            return Optional.empty();
        }
        List<String> exported = context.graph().exports().entrySet().stream()
                .filter(export -> disk.chain().nodes().stream()
                        .anyMatch(node -> node.nodeName().equals(Optional.of(export.getValue()))))
                .map(Map.Entry::getKey)
                .toList();
        return exported.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "a pull of disk %s cannot be started while it is exported (%s) by a QEMU that has I/O threads, since it kills this version where one of them runs the export; remove the export until the job is over, or copy the disk"
                                .formatted(disk.name(), String.join(", ", exported)));
    }

    private Optional<String> copy(JobPlan plan, CommandContext context, Disk disk) {
        boolean standsOnNode = TargetSteps.of(plan, context).stream()
                .flatMap(steps -> steps.steps().stream())
                .flatMap(step -> step.commands().stream())
                .anyMatch(command -> command.arguments().path("backing").isTextual());
        return standsOnNode && !quirks.survivesNodesAboveIoThreads()
                ? Optional.of(
                        "a copy of disk %s by blockdev-mirror that stands on its images kills this version of QEMU where an I/O thread runs them; use drive-mirror and a new file, or copy all of the disk"
                                .formatted(disk.name()))
                : Optional.empty();
    }
}
