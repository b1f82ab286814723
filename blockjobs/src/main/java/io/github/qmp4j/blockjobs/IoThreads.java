package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Tells where a node that an I/O thread runs must be left alone. No command shows which thread runs a node, so every node counts
 * as run by one where QEMU has any.
 */
final class IoThreads {
    private static final String TYPE = "child<iothread>";

    private final QmpClient client;

    IoThreads(QmpClient client) {
        this.client = client;
    }

    /** Whether a node may be added above an image: QEMU must survive that, and the image must stay with its thread. */
    CompletableFuture<Boolean> mayAddAbove(BlockNode image, Graph graph) {
        boolean isHeld = quirks().survivesNodesAboveIoThreads() && graph.isBelowDevice(image);
        return isHeld ? CompletableFuture.completedFuture(true) : any().thenApply(any -> !any);
    }

    /** Whether QEMU has I/O threads, or does not tell. */
    CompletableFuture<Boolean> any() {
        CompletableFuture<Boolean> any = client.execute(
                        QmpCommand.of("qom-list").with("path", "/objects"))
                .thenApply(objects -> GraphReader.stream(objects)
                        .anyMatch(object -> object.path("type").asText().equals(TYPE)));
        return Futures.orElse(
                any,
                cause -> cause instanceof QmpCommandException
                        ? CompletableFuture.completedFuture(true)
                        : CompletableFuture.failedFuture(cause));
    }

    /** Fails with {@link BlockChainException} if the start of a job, or what is added for it, would kill this QEMU. */
    CompletableFuture<Void> check(StartCommand.Sheet sheet, Disk disk) {
        // A guest device keeps the node in its thread.
        Optional<String> danger =
                disk.isPluggedIn() ? Optional.empty() : pull(sheet, disk).or(() -> copy(sheet, disk));
        return danger.map(why -> any().thenAccept(any -> {
                    if (any) {
                        throw new BlockChainException(why);
                    }
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private Optional<String> pull(StartCommand.Sheet sheet, Disk disk) {
        if (sheet.plan().kind() != JobPlan.Kind.PULL || quirks().survivesPullsUnderIoThreads()) {
            return Optional.empty();
        }
        List<String> exported = sheet.graph().exports().entrySet().stream()
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

    private Optional<String> copy(StartCommand.Sheet sheet, Disk disk) {
        boolean standsOnNode = TargetSteps.of(sheet).stream()
                .flatMap(steps -> steps.steps().stream())
                .flatMap(step -> step.commands().stream())
                .anyMatch(command -> command.arguments().path("backing").isTextual());
        return standsOnNode && !quirks().survivesNodesAboveIoThreads()
                ? Optional.of(
                        "a copy of disk %s by blockdev-mirror that stands on its images kills this version of QEMU where an I/O thread runs them; use drive-mirror and a new file, or copy all of the disk"
                                .formatted(disk.name()))
                : Optional.empty();
    }

    private Quirks quirks() {
        return new Quirks(client.greeting().version());
    }
}
