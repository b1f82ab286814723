package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each kind of job on chains that are deep, of odd sizes and clusters, of other formats, and under odd names. A job is refused, or what
 * its outcome says is true: the images that it calls released are deleted, and what is left holds what the guest saw.
 */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.HOURS)
class HostileShapesTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final int SAMPLE = Integer.getInteger("qmp4j.rounds", 6);
    private static final String ONLY = System.getProperty("qmp4j.only", "");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One image of a chain. */
    private record Layer(String file, String format, long bytes, List<String> options) {
        static Layer of(String file, String format, long bytes, String... options) {
            return new Layer(file, format, bytes, List.of(options));
        }
    }

    private record Shape(String name, List<Layer> layers, String targetFile, BackingName backing) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int depth : new int[] {60, 150, 200}) {
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < depth; i++) {
                layers.add(Layer.of("l" + i + ".qcow2", "qcow2", 4 * MIB, "cluster_size=4k"));
            }
            shapes.add(new Shape(depth + " layers", layers, "copy.qcow2", BackingName.AS_OPENED));
        }
        for (long bytes : new long[] {512, 512 * 7, 65536 + 512, MIB - 512, 3 * MIB + 1536}) {
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                layers.add(Layer.of("l" + i + ".qcow2", "qcow2", bytes));
            }
            shapes.add(new Shape(bytes + " bytes", layers, "copy.qcow2", BackingName.AS_OPENED));
        }
        shapes.add(new Shape(
                "clusters of all sizes",
                List.of(
                        Layer.of("l0.qcow2", "qcow2", 4 * MIB + 512, "cluster_size=2M"),
                        Layer.of("l1.qcow2", "qcow2", 4 * MIB + 512, "cluster_size=512"),
                        Layer.of("l2.qcow2", "qcow2", 4 * MIB + 512, "cluster_size=1M"),
                        Layer.of("l3.qcow2", "qcow2", 4 * MIB + 512, "cluster_size=4k")),
                "copy.qcow2",
                BackingName.AS_OPENED));
        shapes.add(new Shape(
                "subclusters, lazy reference counts and an old version",
                List.of(
                        Layer.of("l0.qcow2", "qcow2", 4 * MIB, "compat=0.10"),
                        Layer.of("l1.qcow2", "qcow2", 4 * MIB, "extended_l2=on"),
                        Layer.of("l2.qcow2", "qcow2", 4 * MIB, "lazy_refcounts=on"),
                        Layer.of("l3.qcow2", "qcow2", 4 * MIB, "extended_l2=on", "cluster_size=128k")),
                "copy.qcow2",
                BackingName.AS_OPENED));
        for (String format : List.of("raw", "vmdk", "vdi", "qed", "vpc", "parallels", "vhdx")) {
            shapes.add(new Shape(
                    "base in " + format,
                    List.of(
                            Layer.of("l0." + format, format, 4 * MIB),
                            Layer.of("l1.qcow2", "qcow2", 4 * MIB),
                            Layer.of("l2.qcow2", "qcow2", 4 * MIB)),
                    "copy.qcow2",
                    BackingName.AS_OPENED));
        }
        for (String format : List.of("vmdk", "qed", "qcow")) {
            shapes.add(new Shape(
                    "all in " + format,
                    List.of(
                            Layer.of("l0." + format, format, 4 * MIB),
                            Layer.of("l1." + format, format, 4 * MIB),
                            Layer.of("l2." + format, format, 4 * MIB)),
                    "copy.qcow2",
                    BackingName.AS_OPENED));
        }
        for (String word : List.of(
                "a:b",
                "json:{}",
                "two words",
                "line\nfeed",
                "100%s%n",
                "snöwman☃",
                "q\"uote",
                "com,ma",
                "back\\slash",
                "nbd:unix:x",
                "file:x",
                "-dash",
                "~home",
                "$HOME",
                "'single'",
                "#hash",
                "a|b&c;d",
                "\t")) {
            for (BackingName backing : BackingName.values()) {
                List<Layer> layers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    layers.add(Layer.of(word + i, "qcow2", MIB));
                }
                shapes.add(new Shape("name " + word.strip() + " " + backing, layers, word + "copy", backing));
            }
        }
        return shapes;
    }

    /** What is asked for. */
    private enum Work {
        PULL,
        PULL_ALL,
        COMMIT,
        COMMIT_AND_PIVOT,
        COPY_AND_PIVOT,
        COPY_TOP_AND_PIVOT,
        COPY_RAW_AND_FINISH
    }

    private record Round(Shape shape, Work work) {
        @Override
        public String toString() {
            return work + " / " + shape;
        }
    }

    @Test
    void saysNothingThatIsNotTrueOfAnyChain() {
        List<Round> rounds = new ArrayList<>();
        for (Shape shape : shapes()) {
            for (Work work : Work.values()) {
                Round round = new Round(shape, work);
                if (round.toString().replace('\n', ' ').matches(".*" + ONLY + ".*")) {
                    rounds.add(round);
                }
            }
        }
        Collections.shuffle(rounds, new Random(SEED));
        List<Round> played = FULL ? rounds : rounds.subList(0, Math.min(SAMPLE, rounds.size()));
        List<String> wrong = new ArrayList<>();
        for (Round round : played) {
            List<String> log = new ArrayList<>();
            List<String> found = new ArrayList<>();
            try {
                play(round, log, found);
            } catch (RuntimeException | IOException | AssertionError e) {
                if (String.valueOf(e.getMessage()).contains("Unknown driver")) {
                    log.add("this QEMU was built without a driver of the chain");
                } else {
                    found.add("the round broke: " + e);
                }
            }
            System.out.printf(
                    "%s%s: %s%n    %s%n%n", found.isEmpty() ? "" : "!!! ", round, found, String.join("\n    ", log));
            if (!found.isEmpty()) {
                wrong.add(round + ": " + found + " after " + log);
            }
        }
        System.out.printf(
                "%s: %d of %d rounds, seed %d, %d wrong%n",
                QemuPlace.current(), played.size(), rounds.size(), SEED, wrong.size());
        assertThat(wrong).isEmpty();
    }

    private static void play(Round round, List<String> log, List<String> wrong) throws IOException {
        try (TempFolder folder = TempFolder.create("shapes")) {
            DiskImages images = new DiskImages(folder.path());
            Shape shape = round.shape();
            Path before = fill(images, shape);
            RealQemuBuilder builder = RealQemu.builder().in(folder.path());
            nodes(folder.path(), shape).forEach(builder::blockdev);
            int last = shape.layers().size() - 1;
            builder.device("virtio-blk-pci,id=disk0,drive=n" + last);
            String active;
            List<String> released;
            JobOutcome outcome;
            try (RealQemu qemu = builder.start();
                    QmpClient client =
                            TestVm.get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
                    BlockJobs jobs =
                            BlockJobs.of(client, BlockJobOptions.defaults().withFiles(FileAccess.local()))) {
                BlockJob job;
                try {
                    job = jobs.start(request(round, folder.path(), last)).get(1, TimeUnit.MINUTES);
                } catch (ExecutionException | CompletionException refused) {
                    log.add("refused: " + refused.getCause());
                    alive(qemu, wrong);
                    return;
                } catch (Exception e) {
                    wrong.add("HANG at the start: " + e);
                    return;
                }
                try {
                    outcome = job.outcome().get(2, TimeUnit.MINUTES);
                } catch (Exception e) {
                    wrong.add("HANG: no outcome: " + job.info() + " " + e);
                    return;
                }
                log.add(outcome.end() + " " + outcome.head() + " " + outcome.leftovers());
                alive(qemu, wrong);
                JsonNode inserted = qemu.oracle().execute("query-block").get(0).path("inserted");
                JsonNode bottom = inserted.path("image");
                active = bottom.path("filename").asText();
                released = outcome.released().stream().map(BlockNode::file).toList();
                log.add("file " + active + ", released " + released.size());
                if (!qemu.oracle().execute("query-jobs").isEmpty()) {
                    wrong.add("FALSE: a job is left");
                }
            }
            judge(round, images, before, outcome, active, released, wrong);
        }
    }

    private static void judge(
            Round round,
            DiskImages images,
            Path before,
            JobOutcome outcome,
            String active,
            List<String> released,
            List<String> wrong)
            throws IOException {
        Path folder = images.folder();
        boolean pivots = round.work().name().endsWith("PIVOT");
        if (outcome.completed() && pivots != (outcome.head() == Head.TARGET)) {
            wrong.add("FALSE: head " + outcome.head());
        }
        if (outcome.completed() && round.work() == Work.COPY_RAW_AND_FINISH) {
            compare(images, before, folder.resolve("finished.raw"), "raw", wrong);
        }
        for (String name : released) {
            Path file = Path.of(plain(name));
            if (!Files.deleteIfExists(file)) {
                wrong.add("FALSE: released, and not there: " + name);
            }
        }
        Path image = Path.of(plain(active));
        String format = round.shape().layers().stream()
                .filter(layer -> folder.resolve(layer.file()).equals(image))
                .map(Layer::format)
                .findFirst()
                .orElse("qcow2");
        compare(images, before, image, format, wrong);
        if (!List.of("raw", "qcow").contains(format) && !images.intact(image, format)) {
            wrong.add("CORRUPT");
        }
    }

    private static String plain(String name) throws IOException {
        if (!name.startsWith("json:")) {
            return name;
        }
        JsonNode json = JSON.readTree(name.substring("json:".length()));
        return Optional.of(json.at("/file/filename").asText())
                .filter(file -> !file.isEmpty())
                .orElseGet(() -> json.path("filename").asText());
    }

    private static void compare(DiskImages images, Path before, Path image, String format, List<String> wrong) {
        try {
            if (!images.identical(before, "raw", image, format)) {
                wrong.add("WRONG DATA in " + image.getFileName());
            }
        } catch (RuntimeException e) {
            wrong.add("UNREADABLE: " + e.getMessage());
        }
    }

    private static void alive(RealQemu qemu, List<String> wrong) {
        if (!qemu.process().isAlive()) {
            wrong.add("QEMU is dead: " + qemu.stderr());
        }
    }

    private static BlockJobRequest request(Round round, Path folder, int last) {
        BackingName backing = round.shape().backing();
        String target = folder.resolve(round.shape().targetFile()).toString();
        return switch (round.work()) {
            case PULL -> PullRequest.of("disk0").withBase("n0").withBackingName(backing);
            case PULL_ALL -> PullRequest.of("disk0");
            case COMMIT ->
                CommitRequest.of("disk0")
                        .withTop("n" + (last - 1))
                        .withBase("n0")
                        .withBackingName(backing);
            case COMMIT_AND_PIVOT -> CommitRequest.of("disk0").withWhenReady(WhenReady.PIVOT);
            case COPY_AND_PIVOT -> CopyRequest.of("disk0", target, "qcow2").withWhenReady(WhenReady.PIVOT);
            case COPY_TOP_AND_PIVOT ->
                CopyRequest.of("disk0", target, "qcow2")
                        .withExtent(CopyExtent.TOP)
                        .withWhenReady(WhenReady.PIVOT);
            case COPY_RAW_AND_FINISH ->
                CopyRequest.of("disk0", folder.resolve("finished.raw").toString(), "raw")
                        .withWhenReady(WhenReady.FINISH);
        };
    }

    /** Makes the images, each with some data of its own, and what a guest sees in them as a raw image. */
    private static Path fill(DiskImages images, Shape shape) {
        @Nullable Path backing = null;
        String backingFormat = "";
        int number = 0;
        int step = Math.max(1, shape.layers().size() / 12);
        for (Layer layer : shape.layers()) {
            String[] options = layer.options().toArray(String[]::new);
            Path image = backing == null
                    ? images.create(layer.file(), layer.format(), layer.bytes(), options)
                    : images.overlay(layer.file(), layer.format(), backing, backingFormat, layer.bytes(), options);
            if (number % step == 0 || number == shape.layers().size() - 1) {
                long place = layer.bytes() * (number % 13) / 16 / 512 * 512;
                long length = Math.max(512, layer.bytes() / 4 / 512 * 512);
                write(image, layer.format(), 1 + number % 250, place, Math.min(length, layer.bytes() - place));
            }
            backing = image;
            backingFormat = layer.format();
            number++;
        }
        return images.flatten(Objects.requireNonNull(backing), backingFormat, "before.raw");
    }

    private static void write(Path image, String format, int pattern, long offset, long bytes) {
        // The name may be one that qemu-io would read as another protocol.
        ObjectNode options = JSON.createObjectNode().put("driver", format);
        options.putObject("file").put("driver", "file").put("filename", image.toString());
        try {
            Process process = new ProcessBuilder(
                            "qemu-io", "-c", "write -P " + pattern + " " + offset + " " + bytes, "json:" + options)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!said.contains("wrote " + bytes)) {
                throw new AssertionError(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> nodes(Path folder, Shape shape) throws IOException {
        List<String> nodes = new ArrayList<>();
        for (int i = 0; i < shape.layers().size(); i++) {
            Layer layer = shape.layers().get(i);
            ObjectNode node =
                    JSON.createObjectNode().put("driver", layer.format()).put("node-name", "n" + i);
            if (i > 0) {
                node.put("backing", "n" + (i - 1));
            }
            if (i < shape.layers().size() - 1) {
                node.put("read-only", true);
            }
            Path file = folder.resolve(layer.file());
            if (layer.format().equals("raw")) {
                try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
                    made.setLength(layer.bytes());
                }
            }
            node.putObject("file").put("driver", "file").put("filename", file.toString());
            nodes.add(node.toString());
        }
        return nodes;
    }
}
