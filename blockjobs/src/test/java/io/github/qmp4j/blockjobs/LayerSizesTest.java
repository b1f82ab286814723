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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Chains of four layers of 1, 2 or 3 MiB, each a disk of one QEMU. What the guest sees is counted in parts, by a model
 * in this test; what an image holds in the end is what {@code qemu-img convert} reads. A sample of the 81 chains, with its
 * seed; all of them with {@code -Dqmp4j.full=true}.
 */
@QemuVersions
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LayerSizesTest {
    private static final int PART = 1 << 17;
    private static final int PARTS_IN_A_MIB = (1 << 20) / PART;
    private static final int LARGEST = 3;
    private static final List<String> LAYERS = List.of("base", "low", "mid", "active");
    private static final int SAMPLE = 6;
    private static final int DISKS_OF_ONE_QEMU = 9;
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final List<Chain> CHAINS = chains();

    /** With those of the two findings, and one that hides the base twice. */
    private static List<Chain> chains() {
        List<Chain> all = new ArrayList<>(List.of(new Chain(List.of())));
        for (int layer = 0; layer < LAYERS.size(); layer++) {
            List<Chain> higher = new ArrayList<>();
            all.forEach(chain -> IntStream.rangeClosed(1, LARGEST).forEach(size -> higher.add(chain.under(size))));
            all = higher;
        }
        if (Boolean.getBoolean("qmp4j.full")) {
            return all;
        }
        System.out.println("layers of different size: seed " + SEED);
        Collections.shuffle(all, new Random(SEED));
        Set<Chain> chosen = new LinkedHashSet<>(List.of(
                new Chain(List.of(2, 1, 1, 2)), new Chain(List.of(2, 1, 2, 2)), new Chain(List.of(2, 2, 2, 1))));
        chosen.addAll(all.subList(0, SAMPLE));
        return List.copyOf(chosen);
    }

    /** The sizes of its layers in MiB, the base first. */
    record Chain(List<Integer> sizes) {

        Chain under(int size) {
            List<Integer> more = new ArrayList<>(sizes);
            more.add(size);
            return new Chain(more);
        }

        long bytes(int layer) {
            return (long) sizes.get(layer) << 20;
        }

        /** The base is full of ones, the others have a part of each MiB; 0 is what a layer does not have. */
        int[] data(int layer) {
            int[] parts = new int[sizes.get(layer) * PARTS_IN_A_MIB];
            for (int i = layer; i < parts.length; i += layer == 0 ? 1 : PARTS_IN_A_MIB) {
                parts[i] = layer + 1;
            }
            return parts;
        }

        /** What a reader of a layer sees: beyond the end of what is below it zeroes. */
        int[] seen(int layer) {
            int[] seen = data(layer);
            int[] below = layer == 0 ? new int[0] : seen(layer - 1);
            for (int i = 0; i < Math.min(seen.length, below.length); i++) {
                seen[i] = seen[i] == 0 ? below[i] : seen[i];
            }
            return seen;
        }

        /** Whether a reader of a layer sees something else when what the layers down to base hold is taken up to their end. */
        boolean isHidden(int overlay, int base) {
            int[] own = data(overlay);
            int[] taken = seen(overlay - 1);
            int[] left = seen(base);
            int[] before = seen(overlay);
            for (int i = 0; i < own.length; i++) {
                int lower = i < taken.length ? taken[i] : i < left.length ? left[i] : 0;
                if (before[i] != (own[i] == 0 ? lower : own[i])) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What is done to a disk, and what is expected of it. */
    enum Work {
        PULL_TO_THE_BASE(disk -> PullRequest.of(disk.id()).withBase(disk.node("base")), chain -> chain.isHidden(3, 0)),
        PULL_TO_THE_SECOND(disk -> PullRequest.of(disk.id()).withBase(disk.node("low")), chain -> chain.isHidden(3, 1)),
        PULL_INTO_THE_MIDDLE(
                disk -> PullRequest.of(disk.id()).withInto(disk.node("mid")).withBase(disk.node("base")),
                chain -> chain.isHidden(2, 0)),
        PULL_ALL(disk -> PullRequest.of(disk.id()), chain -> false),
        COMMIT_ALL_BELOW(disk -> CommitRequest.of(disk.id()).withTop(disk.node("mid")), chain -> chain.isHidden(3, 0)),
        COMMIT_THE_THIRD(
                disk -> CommitRequest.of(disk.id()).withTop(disk.node("mid")).withShallow(true),
                chain -> chain.isHidden(3, 1)),
        COMMIT_THE_SECOND(disk -> CommitRequest.of(disk.id()).withTop(disk.node("low")), chain -> chain.isHidden(2, 0)),
        COMMIT_ALL(
                disk -> CommitRequest.of(disk.id()).withWhenReady(WhenReady.PIVOT),
                chain -> isLarger(chain, 0),
                "base"),
        COMMIT_THE_ACTIVE_LAYER(
                disk -> CommitRequest.of(disk.id()).withShallow(true).withWhenReady(WhenReady.PIVOT),
                chain -> isLarger(chain, 2),
                "mid"),
        COMMIT_ALL_AND_GROW(
                disk -> CommitRequest.of(disk.id()).withGrowsDisk(true).withWhenReady(WhenReady.PIVOT),
                chain -> false,
                "base") {
            @Override
            int[] expected(Chain chain) {
                return Arrays.copyOf(
                        chain.seen(3),
                        Math.max(chain.sizes().get(0), chain.sizes().get(3)) * PARTS_IN_A_MIB);
            }
        },
        COPY_ALL(Work::copy, chain -> false, "copy"),
        COPY_THE_ACTIVE_LAYER(disk -> copy(disk).withExtent(CopyExtent.TOP), chain -> false, "copy"),
        COPY_NOTHING(disk -> copy(disk).withExtent(CopyExtent.NONE), chain -> false, "copy");

        @SuppressWarnings("ImmutableEnumChecker") // none changes it
        final Function<OneDisk, BlockJobRequest> request;
        /** Whether it cannot be done without a change of what is seen. */
        @SuppressWarnings("ImmutableEnumChecker") // none changes it
        final Predicate<Chain> isWrong;

        final String activeAfter;

        Work(Function<OneDisk, BlockJobRequest> request, Predicate<Chain> isWrong) {
            this(request, isWrong, "active");
        }

        Work(Function<OneDisk, BlockJobRequest> request, Predicate<Chain> isWrong, String activeAfter) {
            this.request = request;
            this.isWrong = isWrong;
            this.activeAfter = activeAfter;
        }

        private static CopyRequest copy(OneDisk disk) {
            return CopyRequest.of(disk.id(), disk.file("copy").toString(), "qcow2")
                    .withWhenReady(WhenReady.PIVOT);
        }

        private static boolean isLarger(Chain chain, int layer) {
            return chain.sizes().get(layer) > chain.sizes().get(3);
        }

        int[] expected(Chain chain) {
            return chain.seen(3);
        }
    }

    record OneDisk(Path folder, int number, Chain chain) {
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
            Path below = images.create(node("base") + ".qcow2", "qcow2", chain.bytes(0));
            images.write(below, "qcow2", 1, 0, chain.bytes(0));
            for (int layer = 1; layer < LAYERS.size(); layer++) {
                String file = node(LAYERS.get(layer)) + ".qcow2";
                below = images.overlay(file, "qcow2", below, "qcow2", chain.bytes(layer));
                int[] parts = chain.data(layer);
                for (int i = layer; i < parts.length; i += PARTS_IN_A_MIB) {
                    images.write(below, "qcow2", parts[i], (long) i * PART, PART);
                }
            }
        }

        void describe(RealQemuBuilder builder) {
            String below = "null";
            for (String layer : LAYERS) {
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
            for (int first = 0; first < disks.size(); first += DISKS_OF_ONE_QEMU) {
                play(work, folder.path(), disks.subList(first, Math.min(first + DISKS_OF_ONE_QEMU, disks.size())));
            }
        }
    }

    private static void play(Work work, Path folder, List<OneDisk> disks) {
        RealQemuBuilder builder = RealQemu.builder().in(folder).device("virtio-scsi-pci,id=scsi");
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
        done.forEach(disk -> assertThat(seen(folder, disk.file(work.activeAfter)))
                .as("%s on %s", work, disk.chain())
                .containsExactly(work.expected(disk.chain())));
    }

    private static List<OneDisk> disks(Path folder) {
        MadeOnce.copy("layers of different size", folder, made -> {
            int number = 0;
            for (Chain chain : CHAINS) {
                new OneDisk(made, number++, chain).create(new DiskImages(made));
            }
        });
        List<OneDisk> disks = new ArrayList<>();
        for (Chain chain : CHAINS) {
            disks.add(new OneDisk(folder, disks.size(), chain));
        }
        return disks;
    }

    /** Whether it was done; where the model says that it cannot be done rightly, it must be refused, by preview and start. */
    private static boolean runs(BlockJobs jobs, OneDisk disk, Work work) {
        BlockJobRequest request = work.request.apply(disk);
        if (work.isWrong.test(disk.chain())) {
            assertThat(refusal(jobs.preview(request), work, disk)).hasMessageContaining("bytes");
            refusal(jobs.start(request), work, disk);
            return false;
        }
        JobOutcome outcome = outcome(jobs, request);
        assertThat(outcome.completed())
                .as("%s on %s: %s", work, disk.chain(), outcome)
                .isTrue();
        assertThat(outcome.size())
                .as("%s on %s", work, disk.chain())
                .contains(new DiskSize(disk.chain().bytes(3), (long) work.expected(disk.chain()).length * PART));
        return true;
    }

    private static Throwable refusal(CompletableFuture<?> started, Work work, OneDisk disk) {
        Throwable failure = ScriptedVm.failure(started);
        assertThat(failure).as("%s on %s", work, disk.chain()).isInstanceOf(BlockChainException.class);
        return failure;
    }

    private static JobOutcome outcome(BlockJobs jobs, BlockJobRequest request) {
        try {
            return TestVm.get(jobs.start(request).thenCompose(BlockJob::outcome));
        } catch (AssertionError e) {
            throw e.getCause() instanceof ExecutionException failed ? new AssertionError(failed.getCause()) : e;
        }
    }

    /** What was added may be in use by then. */
    @Test
    void aRefusedCommitSaysThatTheDiskHasGrownForIt() {
        try (TestVm vm = TestVm.start(nodes -> {
            DiskImages images = nodes.images();
            Path base = images.create("large.qcow2", "qcow2", 2 * TestVm.MIB);
            images.overlay("small.qcow2", "qcow2", base, "qcow2", TestVm.MIB);
            nodes.options.add(
                    "{\"driver\":\"qcow2\",\"node-name\":\"large\",\"read-only\":true,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                            .formatted(base));
            nodes.at("small", "large", nodes.path("small"));
            nodes.disk("disk0", "small");
        })) {
            try (RealQemu reader = HeaderProofTest.reader(vm.image("large"))) {
                assertThat(reader.oracle().execute("query-status").isObject()).isTrue();
                assertThat(ScriptedVm.failure(
                                vm.jobs.start(CommitRequest.of("disk0").withGrowsDisk(true))))
                        .isInstanceOf(JobStartException.class)
                        .hasMessageContaining("lock")
                        .hasMessageContaining("disk disk0 was grown from 1048576 to 2097152 bytes for the job");
            }
            assertThat(vm.ask("query-block")
                            .get(0)
                            .at("/inserted/image/virtual-size")
                            .asLong())
                    .isEqualTo(2 * TestVm.MIB);
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
