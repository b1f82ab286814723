package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.qmpctl.monitor.DiskJobs;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.ChainDrawing;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl chain}. */
@Command(
        name = "chain",
        description =
                "Draw the backing chain of a disk, or of all: the active layer on top, with sizes, and the jobs on it.")
public final class ChainCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(arity = "0..1", paramLabel = "DISK", description = "Device name, qdev id, QOM path, node-name or file.")
    private Optional<String> disk = Optional.empty();

    public ChainCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            Optional<BlockChain> wanted =
                    disk.map(name -> session.jobs().chain(DiskRef.of(name)).join());
            List<Disk> disks = session.jobs().disks().join();
            DiskJobs jobs = DiskJobs.among(session.jobs().list().join(), session.client());
            if (wanted.isPresent()) {
                print(
                        disk.orElseThrow(),
                        wanted.get(),
                        sameDisk(disks, wanted.get()).map(jobs::on).orElse(List.of()));
            } else {
                disks.forEach(each -> print(each.name(), each.chain(), jobs.on(each)));
            }
        }
        return 0;
    }

    /** The disk with this chain. The library finds a chain by any name of its disk, and does not say which disk it found. */
    private static Optional<Disk> sameDisk(List<Disk> disks, BlockChain chain) {
        return disks.stream()
                .filter(each -> names(each.chain()).equals(names(chain)))
                .findFirst();
    }

    private static List<String> names(BlockChain chain) {
        return chain.nodes().stream()
                .map(node -> node.label() + ' ' + node.file())
                .toList();
    }

    private void print(String name, BlockChain chain, List<JobInfo> jobs) {
        Console console = ctl.console();
        if (!console.json()) {
            console.print(new ChainDrawing(ctl.screen().unicode()).draw(name, chain, jobs));
            return;
        }
        for (int depth = 0; depth < chain.nodes().size(); depth++) {
            console.print(Json.node(name, depth, chain.nodes().get(depth), jobs));
        }
    }
}
