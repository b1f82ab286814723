package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.monitor.UnusedNodes;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl clean}. */
@Command(
        name = "clean",
        description = {
            "Remove from QEMU the nodes that no device, job, export or other node uses.",
            "",
            "Jobs of other programs leave such nodes behind. The nodes hold locks on their images, and QEMU refuses a copy of"
                    + " a disk that one of them uses. No file is deleted. A node that a program has just added for later use"
                    + " looks the same."
        })
public final class CleanCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(arity = "0..1", paramLabel = "DISK", description = "Only the nodes above the images of this disk.")
    private Optional<String> disk = Optional.empty();

    @Option(names = "--dry-run", description = "Remove nothing; print the nodes that nothing uses now.")
    private boolean dryRun;

    /** Why QEMU refuses to remove a node, by the name of the node. */
    private final Map<String, String> refused = new LinkedHashMap<>();

    public CleanCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            Scope scope = scope(session);
            if (dryRun) {
                scope.unused(session).forEach(name -> say(name, "unused"));
                return ExitCode.DONE.number();
            }
            int removed = 0;
            // A removed node may have been the last user of another.
            for (List<String> round = scope.unused(session); !round.isEmpty(); round = scope.unused(session)) {
                removed += (int)
                        round.stream().filter(name -> remove(session, name)).count();
                scope = scope.without(refused.keySet());
            }
            if (removed == 0 && refused.isEmpty() && !ctl.console().json()) {
                ctl.console().print(List.of("There is nothing to remove: all nodes are used."));
            }
            refused.forEach((name, why) -> ctl.console().warn("%s was not removed: %s".formatted(name, why)));
        }
        return (refused.isEmpty() ? ExitCode.DONE : ExitCode.LEFTOVERS).number();
    }

    /** @param only the nodes that may be removed; empty for all */
    private record Scope(Optional<Set<String>> only, Set<String> except) {
        List<String> unused(Session session) {
            return UnusedNodes.of(session.client()).names().stream()
                    .filter(name -> only.map(names -> names.contains(name)).orElse(true))
                    .filter(name -> !except.contains(name))
                    .toList();
        }

        Scope without(Set<String> names) {
            return new Scope(only, Set.copyOf(names));
        }
    }

    private Scope scope(Session session) {
        if (disk.isPresent()) {
            List<String> chain = session.jobs().chain(DiskRef.of(disk.get())).join().nodes().stream()
                    .map(BlockNode::nodeName)
                    .flatMap(Optional::stream)
                    .toList();
            return new Scope(Optional.of(UnusedNodes.of(session.client()).above(chain)), Set.of());
        }
        if (session.jobs().disks().join().stream().noneMatch(Disk::isPluggedIn)) {
            throw new BlockJobException(
                    "this QEMU has no guest devices, so its disks themselves look unused; name a DISK to remove the nodes above it");
        }
        return new Scope(Optional.empty(), Set.of());
    }

    private boolean remove(Session session, String name) {
        try {
            session.client()
                    .execute(QmpCommand.of("blockdev-del").with("node-name", name))
                    .join();
        } catch (CompletionException e) {
            refused.put(name, Failure.of(e).sentence());
            return false;
        }
        say(name, "removed");
        return true;
    }

    private void say(String name, String what) {
        Console console = ctl.console();
        if (console.json()) {
            console.print(Json.line(what).put("node", name));
        } else {
            console.print(List.of("%s: %s".formatted(name, what)));
        }
    }
}
