package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.text.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code qmpctl disks}. */
@Command(name = "disks", description = "List the guest's disks.")
public final class DisksCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    public DisksCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            print(ctl.console(), session.jobs().disks().join());
        }
        return 0;
    }

    private static void print(Console console, List<Disk> disks) {
        if (console.json()) {
            disks.forEach(disk -> console.print(Json.disk(disk)));
            return;
        }
        Table table = new Table("DISK", "NODE", "FORMAT", "VIRTUAL", "ACTUAL", "LAYERS", "ACCESS", "FILE");
        for (Disk disk : disks) {
            BlockNode active = disk.chain().activeLayer();
            if (active.driver().isEmpty()) {
                // A node without a device: further queries could kill this QEMU.
                table.row(disk.name(), active.nodeName().orElse("-"), "?", "?", "?", "?", "?", "?");
                continue;
            }
            table.row(
                    disk.name(),
                    active.nodeName().orElse("-"),
                    active.driver(),
                    Quantity.bytes(active.virtualSize()),
                    Quantity.bytes(active.actualSize()),
                    Integer.toString(disk.chain().nodes().size()),
                    active.readOnly() ? "ro" : "rw",
                    active.path().orElse(active.file()));
        }
        console.print(disks.isEmpty() ? List.of("This QEMU has no disk with an image in it.") : table.lines());
    }
}
