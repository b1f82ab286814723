package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * F2, F3: chains of three layers of 1, 2 or 3 MiB, each a disk of one QEMU. What the guest sees is counted in parts, by a model
 * in this test; what an image holds in the end is what {@code qemu-img convert} reads. A sample of the 27 chains, with its
 * seed; all of them with {@code -Dqmp4j.full=true}.
 */
@QemuVersions
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class LayerSizesTest {
    private static final int PART = 1 << 17;
    private static final int PARTS_IN_A_MIB = (1 << 20) / PART;
    private static final int LARGEST = 3;
    private static final int SAMPLE = 8;
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final List<Sizes> CHAINS = chains();

    /** With those of the two findings. */
    private static List<Sizes> chains() {
        List<Sizes> all = Sizes.all();
        if (Boolean.getBoolean("qmp4j.full")) {
            return all;
        }
        System.out.println("layers of different size: seed " + SEED);
        Collections.shuffle(all, new Random(SEED));
        Set<Sizes> chosen = new LinkedHashSet<>(List.of(new Sizes(2, 1, 2), new Sizes(2, 2, 1)));
        chosen.addAll(all.subList(0, SAMPLE));
        return List.copyOf(chosen);
    }

    /** Three layers on top of each other; the numbers are MiB. */
    private record Sizes(int base, int mid, int active) {

        static List<Sizes> all() {
            List<Sizes> all = new ArrayList<>();
            for (int base = 1; base <= LARGEST; base++) {
                for (int mid = 1; mid <= LARGEST; mid++) {
                    for (int active = 1; active <= LARGEST; active++) {
                        all.add(new Sizes(base, mid, active));
                    }
                }
            }
            return all;
        }

        /** Full of ones; 0 is what a layer does not have. */
        int[] baseLayer() {
            return filled(base, 1, 1, 0);
        }

        int[] midLayer() {
            return filled(mid, 2, PARTS_IN_A_MIB, 1);
        }

        int[] activeLayer() {
            return filled(active, 3, PARTS_IN_A_MIB, 2);
        }

        int[] seen() {
            return over(activeLayer(), over(midLayer(), baseLayer()));
        }

        private static int[] filled(int size, int pattern, int every, int first) {
            int[] parts = new int[size * PARTS_IN_A_MIB];
            for (int i = first; i < parts.length; i += every) {
                parts[i] = pattern;
            }
            return parts;
        }
    }

    /** What a reader of a layer sees: beyond the end of what is below it zeroes. */
    private static int[] over(int[] layer, int[] below) {
        int[] seen = layer.clone();
        for (int i = 0; i < seen.length; i++) {
            seen[i] = seen[i] != 0 || i >= below.length ? seen[i] : below[i];
        }
        return seen;
    }

    /** The data of two layers in one of the upper one's size. */
    private static int[] merged(int[] upper, int[] lower) {
        return over(upper, lower);
    }

    private static int[] grown(int[] seen, int parts) {
        return Arrays.copyOf(seen, Math.max(parts, seen.length));
    }

    enum Work {
        PULL_TO_THE_BASE(disk -> PullRequest.of(disk.id()).base(disk.node("base"))) {
            @Override
            boolean isWrong(Sizes sizes) {
                return !same(over(merged(sizes.activeLayer(), sizes.midLayer()), sizes.baseLayer()), sizes.seen());
            }
        },
        PULL_ALL(disk -> PullRequest.of(disk.id())),
        COMMIT_THE_MIDDLE(disk -> CommitRequest.of(disk.id()).top(disk.node("mid"))) {
            @Override
            boolean isWrong(Sizes sizes) {
                int[] base = grown(sizes.baseLayer(), sizes.mid() * PARTS_IN_A_MIB);
                int[] written = over(grown(sizes.midLayer(), base.length), base);
                return !same(over(sizes.activeLayer(), written), sizes.seen());
            }
        },
        COMMIT_ALL(disk -> CommitRequest.of(disk.id()).whenReady(WhenReady.PIVOT)) {
            @Override
            boolean isWrong(Sizes sizes) {
                return sizes.base() > sizes.active();
            }

            @Override
            String activeAfter() {
                return "base";
            }
        },
        COMMIT_THE_ACTIVE_LAYER(
                disk -> CommitRequest.of(disk.id()).intoBackingNode().whenReady(WhenReady.PIVOT)) {
            @Override
            boolean isWrong(Sizes sizes) {
                return sizes.mid() > sizes.active();
            }

            @Override
            String activeAfter() {
                return "mid";
            }
        },
        COMMIT_ALL_AND_GROW(disk -> CommitRequest.of(disk.id()).growingDisk().whenReady(WhenReady.PIVOT)) {
            @Override
            int[] expected(Sizes sizes) {
                return grown(sizes.seen(), sizes.base() * PARTS_IN_A_MIB);
            }

            @Override
            String activeAfter() {
                return "base";
            }
        },
        COPY_ALL(disk -> copy(disk)) {
            @Override
            String activeAfter() {
                return "copy";
            }
        },
        COPY_THE_ACTIVE_LAYER(disk -> copy(disk).ofActiveLayerOnly()) {
            @Override
            String activeAfter() {
                return "copy";
            }
        },
        COPY_NOTHING(disk -> copy(disk).extent(CopyExtent.NONE)) {
            @Override
            String activeAfter() {
                return "copy";
            }
        };

        final Function<OneDisk, BlockJobRequest> request;

        Work(Function<OneDisk, BlockJobRequest> request) {
            this.request = request;
        }

        private static CopyRequest copy(OneDisk disk) {
            return CopyRequest.of(disk.id(), disk.file("copy").toString(), "qcow2")
                    .whenReady(WhenReady.PIVOT);
        }

        /** Whether it cannot be done without a change of what the guest sees. */
        boolean isWrong(Sizes sizes) {
            return false;
        }

        int[] expected(Sizes sizes) {
            return sizes.seen();
        }

        String activeAfter() {
            return "active";
        }

        private static boolean same(int[] one, int[] two) {
            return Arrays.equals(one, two);
        }
    }

    private record OneDisk(Path folder, int number, Sizes sizes) {
        String id() {
            return "disk" + number;
        }

        String node(String layer) {
            return layer + number;
        }

        Path file(String layer) {
            return folder.resolve(node(layer) + ".qcow2");
        }

        void create(DiskImages images) {
            Path base = layer(images, "base", sizes.base(), null);
            Path mid = layer(images, "mid", sizes.mid(), base);
            layer(images, "active", sizes.active(), mid);
        }

        private Path layer(DiskImages images, String name, int size, @Nullable Path below) {
            long bytes = (long) size << 20;
            String file = node(name) + ".qcow2";
            Path image = below == null
                    ? images.create(file, "qcow2", bytes)
                    : images.overlay(file, "qcow2", below, "qcow2", bytes);
            int[] parts = name.equals("base")
                    ? sizes.baseLayer()
                    : name.equals("mid") ? sizes.midLayer() : sizes.activeLayer();
            if (name.equals("base")) {
                images.write(image, "qcow2", parts[0], 0, bytes);
            } else {
                for (int i = 0; i < parts.length; i++) {
                    if (parts[i] != 0) {
                        images.write(image, "qcow2", parts[i], (long) i * PART, PART);
                    }
                }
            }
            return image;
        }

        void describe(RealQemuBuilder builder) {
            String below = "null";
            for (String layer : List.of("base", "mid", "active")) {
                builder.blockdev(
                        "{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                                .formatted(node(layer), below, file(layer)));
                below = '"' + node(layer) + '"';
            }
            builder.device("scsi-hd,id=%s,drive=%s".formatted(id(), node("active")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedOrLeavesTheGuestsViewAsItWas(Work work) {
        try (TempFolder folder = TempFolder.create("layer-sizes")) {
            List<OneDisk> disks = disks(folder.path());
            RealQemuBuilder builder = RealQemu.builder().in(folder.path()).device("virtio-scsi-pci,id=scsi");
            disks.forEach(disk -> disk.describe(builder));
            List<OneDisk> done = new ArrayList<>();
            try (RealQemu qemu = builder.start();
                    QmpClient client =
                            TestVm.get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                for (OneDisk disk : disks) {
                    if (runs(jobs, disk, work)) {
                        done.add(disk);
                    }
                }
            }
            done.forEach(disk -> assertThat(seen(folder.path(), disk.file(work.activeAfter())))
                    .as("%s on %s", work, disk.sizes())
                    .containsExactly(work.expected(disk.sizes())));
        }
    }

    private static List<OneDisk> disks(Path folder) {
        MadeOnce.copy("layers of different size", folder, made -> {
            int number = 0;
            for (Sizes sizes : CHAINS) {
                new OneDisk(made, number++, sizes).create(new DiskImages(made));
            }
        });
        List<OneDisk> disks = new ArrayList<>();
        for (Sizes sizes : CHAINS) {
            disks.add(new OneDisk(folder, disks.size(), sizes));
        }
        return disks;
    }

    /** Whether it was done; where the model says that it cannot be done rightly, it must be refused, by preview and start. */
    private static boolean runs(BlockJobs jobs, OneDisk disk, Work work) {
        BlockJobRequest request = work.request.apply(disk);
        if (work.isWrong(disk.sizes())) {
            assertThat(ScriptedVm.failure(jobs.preview(request)))
                    .as("%s on %s", work, disk.sizes())
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("bytes");
            assertThat(ScriptedVm.failure(jobs.start(request))).isInstanceOf(BlockChainException.class);
            return false;
        }
        JobOutcome outcome = outcome(jobs, request);
        assertThat(outcome.completed())
                .as("%s on %s: %s", work, disk.sizes(), outcome)
                .isTrue();
        assertThat(outcome.size())
                .as("%s on %s", work, disk.sizes())
                .contains(new DiskSize(
                        (long) disk.sizes().active() << 20, (long) work.expected(disk.sizes()).length * PART));
        return true;
    }

    private static JobOutcome outcome(BlockJobs jobs, BlockJobRequest request) {
        try {
            return TestVm.get(jobs.start(request).thenCompose(BlockJob::outcome));
        } catch (AssertionError e) {
            throw e.getCause() instanceof ExecutionException failed ? new AssertionError(failed.getCause()) : e;
        }
    }

    /** The parts of an image, each of which holds one and the same byte. */
    private static int[] seen(Path folder, Path image) {
        Path raw = new DiskImages(folder).flatten(image, "qcow2", "seen.raw");
        try {
            byte[] bytes = Files.readAllBytes(raw);
            int[] parts = new int[bytes.length / PART];
            for (int i = 0; i < bytes.length; i++) {
                parts[i / PART] = i % PART == 0 || parts[i / PART] == bytes[i] ? bytes[i] : -1;
            }
            return parts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
