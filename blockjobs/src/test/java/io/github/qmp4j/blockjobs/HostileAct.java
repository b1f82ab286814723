package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.testkit.QmpErrorException;
import io.github.qmp4j.testkit.TestkitException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What another client of QEMU, or an operator of its host, does while a job of this library is there. */
record HostileAct(String name, Deed deed) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Does it; what QEMU refuses is left out. */
    interface Deed {
        void on(Target target) throws IOException;
    }

    /** The QEMU that it is done to, with the commands that QEMU has accepted and refused. */
    record Target(TestVm vm, String jobId, List<String> log) {
        /** @param line a command with its arguments; {@code $id} is the job and {@code $dir} the folder of the images */
        void send(String line) {
            int space = line.indexOf(' ');
            String command = space < 0 ? line : line.substring(0, space);
            String arguments = space < 0
                    ? "{}"
                    : line.substring(space + 1).replace("$id", jobId).replace("$dir", vm.folderName());
            try {
                vm.ask(command, arguments);
                log.add("done " + command);
            } catch (QmpErrorException refused) {
                log.add("refused " + command + ": " + refused.getMessage());
            }
        }

        /** The node that the guest's disk is on, or was before it was unplugged. */
        String diskNode() {
            JsonNode disks = vm.ask("query-block");
            return disks.isEmpty()
                    ? "active"
                    : disks.at("/0/inserted/node-name").asText();
        }

        String human(String line) {
            String said = vm.ask(
                            "human-monitor-command",
                            JSON.createObjectNode().put("command-line", line).toString())
                    .asText();
            log.add(line + " said " + said.strip());
            return said;
        }

        void await(String event) {
            try {
                vm.qemu.oracle().awaitEvent(event, data -> true, Duration.ofSeconds(5));
                log.add("came " + event);
            } catch (TestkitException none) {
                log.add("never came " + event);
            }
        }

        /** Waits until a migration has ended, one way or another. */
        void awaitMigration() {
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            String status;
            do {
                status = vm.ask("query-migrate").path("status").asText();
            } while (List.of("setup", "active", "device", "pre-switchover", "cancelling", "failing")
                            .contains(status)
                    && System.nanoTime() < end);
            log.add("migration " + status);
        }
    }

    private static void add(List<HostileAct> acts, String name, String... lines) {
        acts.add(new HostileAct(name, target -> {
            for (String line : lines) {
                target.send(line);
            }
        }));
    }

    /** Runs with rights that not every user has, so that its failure counts for nothing. */
    private static void run(String... command) throws IOException {
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static List<HostileAct> all() {
        List<HostileAct> acts = new ArrayList<>();
        verbs(acts);
        graph(acts);
        options(acts);
        machine(acts);
        files(acts);
        return acts;
    }

    private static void verbs(List<HostileAct> acts) {
        for (String verb : List.of("pause", "resume", "cancel", "complete", "finalize", "dismiss")) {
            add(acts, "job-" + verb, "job-" + verb + " {\"id\":\"$id\"}");
        }
        add(acts, "cancel softly", "block-job-cancel {\"device\":\"$id\"}");
        add(acts, "cancel by force", "block-job-cancel {\"device\":\"$id\",\"force\":true}");
        add(acts, "speed", "block-job-set-speed {\"device\":\"$id\",\"speed\":1}");
        add(acts, "pause twice", "job-pause {\"id\":\"$id\"}", "block-job-pause {\"device\":\"$id\"}");
        add(acts, "complete and cancel", "job-complete {\"id\":\"$id\"}", "job-cancel {\"id\":\"$id\"}");
        add(
                acts,
                "pause and complete",
                "job-pause {\"id\":\"$id\"}",
                "job-complete {\"id\":\"$id\"}",
                "job-resume {\"id\":\"$id\"}");
    }

    private static void graph(List<HostileAct> acts) {
        add(
                acts,
                "snapshot of the disk",
                "blockdev-snapshot-sync {\"node-name\":\"active\",\"snapshot-file\":\"$dir/over.qcow2\",\"snapshot-node-name\":\"over\"}");
        add(
                acts,
                "two snapshots in a transaction",
                "transaction {\"actions\":[{\"type\":\"blockdev-snapshot-sync\",\"data\":{\"node-name\":\"active\",\"snapshot-file\":\"$dir/o1.qcow2\",\"snapshot-node-name\":\"o1\"}}]}",
                "blockdev-snapshot-sync {\"node-name\":\"o1\",\"snapshot-file\":\"$dir/o2.qcow2\",\"snapshot-node-name\":\"o2\"}");
        for (String node : FilledChain.NAMES) {
            add(acts, "blockdev-del of " + node, "blockdev-del {\"node-name\":\"" + node + "\"}");
            add(
                    acts,
                    "export of " + node,
                    "nbd-server-start {\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"$dir/nbd.sock\"}}}",
                    "block-export-add {\"type\":\"nbd\",\"id\":\"e-" + node + "\",\"node-name\":\"" + node
                            + "\",\"name\":\"e\"}");
            add(acts, "growth of " + node, "block_resize {\"node-name\":\"" + node + "\",\"size\":100663296}");
            add(
                    acts,
                    "filter over " + node,
                    "blockdev-add {\"driver\":\"copy-on-read\",\"node-name\":\"f-" + node + "\",\"file\":\"" + node
                            + "\"}");
            add(
                    acts,
                    "bitmap on " + node,
                    "block-dirty-bitmap-add {\"node\":\"" + node + "\",\"name\":\"b0\",\"persistent\":true}");
        }
        add(
                acts,
                "second disk on snap1",
                "blockdev-add {\"driver\":\"raw\",\"node-name\":\"twin\",\"read-only\":true,\"file\":\"snap1\"}");
        for (String[] commit :
                new String[][] {{"snap1", "base"}, {"snap2", "base"}, {"snap2", "snap1"}, {"active", "snap2"}}) {
            add(
                    acts,
                    "commit of " + commit[0] + " to " + commit[1] + " beside",
                    "block-commit {\"job-id\":\"theirs\",\"device\":\"active\",\"top-node\":\"" + commit[0]
                            + "\",\"base-node\":\"" + commit[1] + "\"}");
        }
        add(
                acts,
                "pull of snap2 beside",
                "block-stream {\"job-id\":\"theirs\",\"device\":\"snap2\",\"base-node\":\"base\"}");
        add(acts, "pull of active beside", "block-stream {\"job-id\":\"theirs\",\"device\":\"active\"}");
        add(
                acts,
                "backup beside",
                "blockdev-backup {\"job-id\":\"theirs\",\"device\":\"active\",\"target\":\"spare\",\"sync\":\"full\"}");
        add(
                acts,
                "mirror beside",
                "blockdev-mirror {\"job-id\":\"theirs\",\"device\":\"active\",\"target\":\"spare\",\"sync\":\"full\"}");
        add(
                acts,
                "new backing name of active",
                "change-backing-file {\"device\":\"active\",\"image-node-name\":\"active\",\"backing-file\":\"$dir/snap2.qcow2\"}");
        acts.add(new HostileAct("unplug", target -> {
            target.send("device_del {\"id\":\"disk0\"}");
            target.send("system_reset");
            target.await("DEVICE_DELETED");
        }));
        acts.add(new HostileAct("unplug and plug again", target -> {
            String node = target.diskNode();
            target.send("device_del {\"id\":\"disk0\"}");
            target.send("system_reset");
            target.await("DEVICE_DELETED");
            target.send("device_add {\"driver\":\"virtio-blk-pci\",\"id\":\"disk0\",\"drive\":\"" + node + "\"}");
        }));
    }

    private static String reopened(String node, String backing, String more) {
        String options = "\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,\"file\":\"%s-file\"%s"
                .formatted(node, backing, node, more);
        return "{\"options\":[{" + options + "}]}";
    }

    private static void options(List<HostileAct> acts) {
        for (String node : FilledChain.NAMES) {
            int index = FilledChain.NAMES.indexOf(node);
            String below = index == 0 ? "null" : '"' + FilledChain.NAMES.get(index - 1) + '"';
            add(acts, "reopen read-only of " + node, "blockdev-reopen " + reopened(node, below, ",\"read-only\":true"));
            add(
                    acts,
                    "reopen for writing of " + node,
                    "blockdev-reopen " + reopened(node, below, ",\"read-only\":false"));
            if (index > 0) {
                add(acts, "reopen without backing of " + node, "blockdev-reopen " + reopened(node, "null", ""));
            }
            if (index > 1) {
                add(acts, "reopen onto base of " + node, "blockdev-reopen " + reopened(node, "\"base\"", ""));
            }
        }
        add(
                acts,
                "throttle by qom",
                "object-add {\"qom-type\":\"throttle-group\",\"id\":\"tg\",\"limits\":{\"bps-total\":1048576}}",
                "block_set_io_throttle {\"id\":\"disk0\",\"bps\":1048576,\"bps_rd\":0,\"bps_wr\":0,\"iops\":0,\"iops_rd\":0,\"iops_wr\":0}");
        add(
                acts,
                "qom-set of the drive",
                "qom-set {\"path\":\"/machine/peripheral/disk0\",\"property\":\"drive\",\"value\":\"base\"}");
        add(acts, "write threshold", "block-set-write-threshold {\"node-name\":\"active-file\",\"write-threshold\":1}");
        add(
                acts,
                "i/o thread",
                "object-add {\"qom-type\":\"iothread\",\"id\":\"t9\"}",
                "x-blockdev-set-iothread {\"node-name\":\"active\",\"iothread\":\"t9\",\"force\":true}");
    }

    private static void machine(List<HostileAct> acts) {
        for (String line : List.of("savevm s0", "commit disk0", "commit all", "drive_del disk0", "delvm s0")) {
            acts.add(new HostileAct(line, target -> target.human(line)));
        }
        acts.add(new HostileAct("savevm and loadvm", target -> {
            target.human("savevm s0");
            target.human("loadvm s0");
        }));
        acts.add(new HostileAct("savevm, a write, and loadvm", target -> {
            if (target.human("savevm s0").isEmpty()) {
                target.vm().qemu.guestWrite("disk0", 99, 0, 65536);
                target.vm().qemu.guestWrite("disk0", 99, 50 * TestVm.MIB, 65536);
                target.human("loadvm s0");
            }
        }));
        acts.add(new HostileAct("snapshot-save", target -> {
            target.send(
                    "snapshot-save {\"job-id\":\"snap\",\"tag\":\"s1\",\"vmstate\":\"active\",\"devices\":[\"active\"]}");
            target.send(
                    "snapshot-load {\"job-id\":\"snapl\",\"tag\":\"s1\",\"vmstate\":\"active\",\"devices\":[\"active\"]}");
        }));
        add(
                acts,
                "internal snapshot",
                "blockdev-snapshot-internal-sync {\"device\":\"/machine/peripheral/disk0/virtio-backend\",\"name\":\"i0\"}",
                "blockdev-snapshot-internal-sync {\"device\":\"disk0\",\"name\":\"i0\"}");
        add(acts, "stop and cont", "stop", "cont", "stop");
        acts.add(new HostileAct("migration to a file", target -> {
            target.send("migrate {\"uri\":\"exec:cat >$dir/vm.state\"}");
            target.awaitMigration();
        }));
        acts.add(new HostileAct("migration and cont", target -> {
            target.send("migrate {\"uri\":\"exec:cat >$dir/vm.state\"}");
            target.awaitMigration();
            target.send("cont");
            target.send("stop");
        }));
        acts.add(new HostileAct("migration that goes on", target -> {
            target.send("migrate-set-parameters {\"max-bandwidth\":1000}");
            target.send("migrate {\"uri\":\"exec:cat >$dir/vm.state\"}");
        }));
        acts.add(new HostileAct("migration cancelled", target -> {
            target.send("migrate-set-parameters {\"max-bandwidth\":1000}");
            target.send("migrate {\"uri\":\"exec:cat >$dir/vm.state\"}");
            target.send("migrate_cancel");
            target.awaitMigration();
        }));
        acts.add(new HostileAct("migration that fails", target -> {
            target.send("migrate {\"uri\":\"exec:false\"}");
            target.awaitMigration();
        }));
        acts.add(new HostileAct("migration paused before the switch", target -> {
            target.send(
                    "migrate-set-capabilities {\"capabilities\":[{\"capability\":\"pause-before-switchover\",\"state\":true}]}");
            target.send("migrate {\"uri\":\"exec:cat >$dir/vm.state\"}");
        }));
        acts.add(new HostileAct("SIGSTOP and SIGCONT", target -> {
            target.vm().qemu.freeze();
            target.vm().qemu.thaw();
        }));
    }

    private static void files(List<HostileAct> acts) {
        for (String node : FilledChain.NAMES) {
            acts.add(
                    new HostileAct("file of " + node + " is moved away", target -> move(target, node, node + ".away")));
            acts.add(new HostileAct("file of " + node + " is moved, and another takes its place", target -> {
                move(target, node, node + ".away");
                Files.copy(target.vm().path(node + ".away"), target.vm().image(node));
            }));
            acts.add(new HostileAct(
                    "file of " + node + " is immutable",
                    target -> run("chattr", "+i", target.vm().image(node).toString())));
        }
        acts.add(new HostileAct("file of the target is moved away", target -> {
            Path copy = target.vm().path("copy.qcow2");
            if (Files.exists(copy)) {
                Files.move(copy, target.vm().path("copy.away"), StandardCopyOption.REPLACE_EXISTING);
            }
        }));
    }

    private static void move(Target target, String node, String name) throws IOException {
        Files.move(target.vm().image(node), target.vm().path(name));
    }

    /** Where a file is moved to. */
    static Path away(Path image) {
        return image.resolveSibling(String.valueOf(image.getFileName()).replace(".qcow2", ".away"));
    }

    /** Takes back what would hinder the test's own clean-up. */
    static void unlock(TestVm vm) {
        try {
            for (String node : FilledChain.NAMES) {
                run("chattr", "-i", vm.image(node).toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, and puts back the files of images that are not released. */
    static void undo(TestVm vm, List<String> released) {
        unlock(vm);
        try {
            for (String node : FilledChain.NAMES) {
                Path image = vm.image(node);
                if (Files.exists(away(image)) && !released.contains(image.toString())) {
                    Files.move(away(image), image, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it moves the disk, or a file, away from where the job left it. */
    boolean takesBackTheEnd() {
        return name.startsWith("unplug")
                || name.equals("qom-set of the drive")
                || name.matches("file of .* is moved.*");
    }

    /**
     * Whether QEMU is known to die of this act when the job goes on: it cannot rewrite a header that became immutable after it was proved,
     * and 5.2 writes to a copy whose images it has given up.
     */
    boolean isDeadlyLater(String lastWords) {
        return (name.contains("is immutable") && lastWords.contains("Could not update backing file link"))
                || (name.startsWith("migration") && lastWords.contains("BDRV_O_INACTIVE"));
    }

    @Override
    public String toString() {
        return name.toLowerCase(Locale.ROOT);
    }
}
