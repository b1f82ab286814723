package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.examples.report.ChainDrawing;
import io.github.qmp4j.examples.report.Console;
import io.github.qmp4j.examples.report.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl chain}. */
@Command(name = "chain", description = "Draw the backing chain of a disk, or of all: the active layer on top.")
final class ChainCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(arity = "0..1", paramLabel = "DISK", description = "Device name, qdev id, QOM path, node-name or file.")
    private Optional<String> disk = Optional.empty();

    ChainCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            if (disk.isPresent()) {
                print(disk.get(), session.jobs().chain(DiskRef.of(disk.get())).join());
            } else {
                for (Disk each : session.jobs().disks().join()) {
                    print(each.name(), each.chain());
                }
            }
        }
        return 0;
    }

    private void print(String name, BlockChain chain) {
        Console console = ctl.console();
        if (!console.json()) {
            console.print(new ChainDrawing(ctl.screen().unicode()).draw(name, chain));
            return;
        }
        for (int depth = 0; depth < chain.nodes().size(); depth++) {
            console.print(Json.node(name, depth, chain.nodes().get(depth)));
        }
    }
}
