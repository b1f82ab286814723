package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** One of the disks of a {@link CalledVm}, with a model of what its guest sees; all that is asked of QEMU here goes to the oracle. */
final class CalledDisk {
    static final long SIZE = 4 << 20;
    private static final int CLUSTER = 64 << 10;
    private static final int CLUSTERS = (int) (SIZE / CLUSTER);
    private static final int MOST_LAYERS = 5;

    /**
     * What the guest has written since the round began.
     *
     * @param endedBefore how many jobs had ended for certain before it was sent
     * @param endedAfter how many jobs may have ended before it was done
     */
    private record Write(int cluster, int pattern, int endedBefore, int endedAfter) {}

    final String name;
    private final CalledVm vm;
    private final Path folder;
    private int images;

    /** What each cluster is filled with; guarded by this, as the rest of what is written. */
    private final int[] model = new int[CLUSTERS];

    private int[] modelAtBegin = new int[CLUSTERS];
    private List<String> nodesAtBegin = List.of();
    private final List<Write> writes = new ArrayList<>();

    /** Held by the thread that builds the chain or checks it. */
    final AtomicBoolean taken = new AtomicBoolean();

    private volatile Optional<CalledRound> round = Optional.empty();

    CalledDisk(CalledVm vm, String name, Path parent) {
        this.vm = vm;
        this.name = name;
        try {
            this.folder = Files.createDirectory(parent.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path base = newImage();
        QemuImg.run("create", "-q", "-f", "qcow2", base.toString(), Long.toString(SIZE))
                .orThrow();
        vm.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"%s-base","file":{"driver":"file","filename":"%s"}}""".formatted(name, base));
        vm.ask("device_add", "{\"driver\":\"scsi-hd\",\"id\":\"%s\",\"drive\":\"%s-base\"}".formatted(name, name));
    }

    Optional<CalledRound> round() {
        return round;
    }

    void round(Optional<CalledRound> now) {
        round = now;
    }

    Path newImage() {
        images++;
        return folder.resolve("%s-%d.qcow2".formatted(name, images));
    }

    /** The names of the nodes of the live chain, active layer first. */
    private List<String> liveNodes() {
        List<String> names = new ArrayList<>();
        for (JsonNode one : vm.ask("query-blockstats")) {
            if (isThis(one)) {
                for (JsonNode node = one; node.isObject(); node = node.path("backing")) {
                    names.add(node.path("node-name").asText());
                }
            }
        }
        return names;
    }

    /** Removes the nodes of the chain at the beginning that nothing uses any more; QEMU refuses for the others. */
    void removeUnused() {
        List<String> live = liveNodes();
        nodesAtBegin.stream()
                .filter(node -> !live.contains(node))
                .forEach(node -> vm.tried("blockdev-del", "{\"node-name\":\"%s\"}".formatted(node)));
    }

    private boolean isThis(JsonNode device) {
        return device.path("qdev").asText().matches("(.*/)?" + name + "(/.*)?");
    }

    private JsonNode inserted() {
        for (JsonNode one : vm.ask("query-block")) {
            if (isThis(one)) {
                return one.path("inserted");
            }
        }
        throw new AssertionError("no disk " + name);
    }

    /** The files of the live chain, active layer first. */
    List<Path> liveChain() {
        List<Path> files = new ArrayList<>();
        for (JsonNode image = inserted().path("image"); image.isObject(); image = image.path("backing-image")) {
            files.add(Path.of(image.path("filename").asText()));
        }
        return files;
    }

    /** Builds the chain up again, with data in each layer, and begins to note what the guest writes. */
    synchronized List<Path> begin(Random random) {
        int layers = 2 + random.nextInt(MOST_LAYERS - 1);
        for (int there = liveChain().size(); there < layers; there++) {
            write(random);
            // Made beside QEMU: making it there while a job of another disk ends can end 7.2 in SIGABRT
            // (bdrv_do_drained_begin_quiesce).
            JsonNode active = inserted();
            Path overlay = newImage();
            QemuImg.run(
                            "create",
                            "-q",
                            "-u",
                            "-f",
                            "qcow2",
                            "-F",
                            "qcow2",
                            "-b",
                            active.path("file").asText(),
                            overlay.toString(),
                            Long.toString(SIZE))
                    .orThrow();
            vm.ask("blockdev-snapshot-sync", """
                    {"node-name":"%s","snapshot-file":"%s","snapshot-node-name":"%s-s%d","format":"qcow2","mode":"existing"}""".formatted(
                            active.path("node-name").asText(), overlay, name, images));
        }
        write(random);
        modelAtBegin = model.clone();
        writes.clear();
        nodesAtBegin = liveNodes();
        return liveChain();
    }

    /** Writes as the guest does, through its device. */
    synchronized void write(Random random) {
        int from = random.nextInt(CLUSTERS - 4);
        int count = 1 + random.nextInt(4);
        int pattern = 1 + random.nextInt(255);
        synchronized (vm) {
            int before = vm.ended();
            command("write -P %d %d %d".formatted(pattern, (long) from * CLUSTER, (long) count * CLUSTER));
            int after = vm.ended();
            for (int cluster = from; cluster < from + count; cluster++) {
                model[cluster] = pattern;
                writes.add(new Write(cluster, pattern, before, after));
            }
        }
    }

    private void command(String line) {
        String said = vm.ask(
                        "human-monitor-command",
                        "{\"command-line\":\"qemu-io -d %s \\\"%s\\\"\"}".formatted(name, line))
                .asText();
        if (!said.isBlank()) {
            throw new AssertionError("%s on %s: %s".formatted(line, name, said.strip()));
        }
    }

    /** What is not so of the disk, now that no job works on it; empty if all is as the model says. */
    synchronized Optional<String> wrong(List<Path> chain) {
        command("flush");
        Path active = chain.get(0);
        List<String> byHeaders = QemuImg.chain(active);
        if (!byHeaders.equals(chain.stream().map(Path::toString).toList())) {
            return Optional.of("the headers name %s and QEMU has %s".formatted(byHeaders, chain));
        }
        return same(bytes(model), active)
                ? Optional.empty()
                : Optional.of("the guest would see in %s what it did not write".formatted(active));
    }

    /** Whether a copy that was finished holds what the guest had written when its job ended. */
    synchronized boolean holdsAsOfEnd(Path copy, JobId job) {
        int end = vm.placeOfEnd(job);
        byte[] found = QemuImg.raw(copy, folder.resolve(name + "-found.raw"));
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            Set<Integer> allowed = new HashSet<>(Set.of(modelAtBegin[cluster]));
            for (Write write : writes) {
                if (write.cluster() == cluster && end >= write.endedBefore()) {
                    if (end >= write.endedAfter()) {
                        allowed.clear();
                    }
                    allowed.add(write.pattern());
                }
            }
            int place = cluster;
            if (allowed.stream().noneMatch(pattern -> isFilled(found, place, pattern))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFilled(byte[] data, int cluster, int pattern) {
        for (int at = cluster * CLUSTER; at < (cluster + 1) * CLUSTER; at++) {
            if (data[at] != (byte) pattern) {
                return false;
            }
        }
        return true;
    }

    private static byte[] bytes(int[] patterns) {
        byte[] all = new byte[(int) SIZE];
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            Arrays.fill(all, cluster * CLUSTER, (cluster + 1) * CLUSTER, (byte) patterns[cluster]);
        }
        return all;
    }

    private boolean same(byte[] expected, Path image) {
        try {
            Path raw = Files.write(folder.resolve(name + "-model.raw"), expected);
            QemuImg.Said said =
                    QemuImg.run("compare", "-q", "-U", "-f", "raw", "-F", "qcow2", raw.toString(), image.toString());
            if (said.exit() > 1) {
                said.orThrow();
            }
            return said.exit() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
