package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest that writes while its disk is pulled, committed and copied sees afterwards what it wrote, and so does the next
 * one that starts from the files. The writes come through an NBD export of the guest's node, several at a time, and some
 * through the guest device's own block backend.
 */
@QemuVersions
@Timeout(value = 75, unit = TimeUnit.MINUTES)
class GuestWritesTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final String SURVIVES = "blockdev-add/arg/driver/^copy-before-write";
    private static final int ROUNDS = FULL ? 20 : 1;
    private static final int SAMPLE = 5;
    private static final int MOST_REQUESTS = 200;

    /** So that the job lasts while some hundred requests come. */
    private static final JobSettings PACED = JobSettings.defaults().withSpeed(48 * TestVm.MIB);

    /** What is done with the disk; each ends as it says. */
    enum Work {
        PULL,
        PULL_TO_A_BASE,
        COMMIT_BELOW,
        COMMIT_AND_PIVOT,
        COMMIT_ONE_AND_PIVOT,
        COMMIT_AND_FINISH,
        COPY_AND_PIVOT,
        COPY_IN_STEP_AND_PIVOT,
        COPY_BY_BLOCKDEV_AND_PIVOT,
        COPY_TOP_AND_PIVOT,
        COPY_AND_FINISH,
        CANCELLED_PULL,
        CANCELLED_COMMIT_BELOW,
        CANCELLED_COMMIT,
        CANCELLED_COPY;

        BlockJobRequest request(TestVm vm) {
            CommitRequest commit = CommitRequest.of("disk0").withSettings(PACED);
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                    .withSettings(PACED);
            return switch (this) {
                case PULL, CANCELLED_PULL -> PullRequest.of("disk0").withSettings(PACED);
                case PULL_TO_A_BASE -> PullRequest.of("disk0").withBase("snap1").withSettings(PACED);
                case COMMIT_BELOW, CANCELLED_COMMIT_BELOW ->
                    commit.withTop("snap2").withBase("base");
                case COMMIT_AND_PIVOT, COMMIT_AND_FINISH, CANCELLED_COMMIT -> commit;
                case COMMIT_ONE_AND_PIVOT -> commit.withShallow(true);
                case COPY_AND_PIVOT, COPY_AND_FINISH, CANCELLED_COPY -> copy;
                case COPY_IN_STEP_AND_PIVOT -> copy.withSynchronousWrites(true);
                case COPY_BY_BLOCKDEV_AND_PIVOT -> copy.withEngine(CopyEngine.BLOCKDEV_MIRROR);
                case COPY_TOP_AND_PIVOT -> copy.withExtent(CopyExtent.TOP);
            };
        }

        boolean is(String word) {
            return name().contains(word);
        }
    }

    static Stream<Arguments> rounds() {
        List<Work> works = Arrays.asList(Work.values());
        Collections.shuffle(works, new Random(SEED));
        List<Work> chosen = FULL ? works : works.subList(0, SAMPLE);
        return IntStream.range(0, ROUNDS).boxed().flatMap(round -> chosen.stream()
                .map(work -> Arguments.of(work, SEED + round)));
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void theGuestSeesWhatItWrote(Work work, long seed) throws IOException {
        try (TestVm vm = start()) {
            if (!vm.qemu.knows(SURVIVES)) {
                assertRefusedOrDone(work, seed, vm);
                return;
            }
            try {
                writeWhile(work, seed, vm);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "%s with seed %d: %s; QEMU said: %s".formatted(work, seed, e, vm.qemu.stderr()), e);
            }
        }
    }

    /** QEMU 5.2 crashes when a job puts its filter on a node whose NBD export has requests under way; others it survives. */
    private static void assertRefusedOrDone(Work work, long seed, TestVm vm) throws IOException {
        if (work.is("PULL") || work.is("BELOW")) {
            writeWhile(work, seed, vm);
            return;
        }
        Files.copy(vm.before, vm.path("record.raw"));
        try (GuestWriter guest = new GuestWriter(export(vm), vm.path("record.raw"), TestVm.SIZE, seed)) {
            guest.awaitMore(MOST_REQUESTS);
            assertThat(ScriptedVm.failure(vm.jobs.start(work.request(vm))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("on active while it is exported (guest)")
                    .hasMessageContaining("withIdleExports");
            vm.assertNoJobsLeft();
            guest.awaitMore(MOST_REQUESTS);
            guest.stopAndCompare();
        }
    }

    private static void writeWhile(Work work, long seed, TestVm vm) throws IOException {
        Random random = new Random(seed);
        Path record = vm.path("record.raw");
        Files.copy(vm.before, record);
        long requests;
        JobOutcome outcome;
        try (GuestWriter guest = new GuestWriter(export(vm), record, TestVm.SIZE, seed)) {
            guest.awaitMore(random.nextInt(MOST_REQUESTS));
            BlockJob job = vm.start(work.request(vm));
            writeByDevice(vm, guest, random);
            guest.awaitMore(random.nextInt(MOST_REQUESTS));
            // A small pull may have moved all by now; in PENDING it has no speed.
            TestVm.get(job.setSpeed(0).exceptionally(refused -> null));
            outcome = end(work, vm, guest, job, random);
            writeByDevice(vm, guest, random);
            guest.awaitMore(random.nextInt(MOST_REQUESTS));
            requests = guest.stopAndCompare();
        }
        assertEnded(work, outcome);
        vm.assertNoJobsLeft();
        Path active = Path.of(vm.activeFile());
        vm.shutDown();
        vm.images.check(active, "qcow2");
        assertThat(vm.images.identical(record, "raw", active, "qcow2"))
                .as("%s holds what the guest wrote", active)
                .isTrue();
        System.out.printf("%s: %d requests, %s, seed %d%n", work, requests, outcome.end(), seed);
    }

    private static TestVm start() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.devices.clear();
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=active,share-rw=on");
        });
    }

    /** Lets others write to the node that the guest writes to, and to whatever takes its place. */
    private static Path export(TestVm vm) {
        Path socket = vm.path("nbd.sock");
        vm.ask("nbd-server-start", "{\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"" + socket + "\"}}}");
        vm.ask(
                "block-export-add",
                "{\"type\":\"nbd\",\"id\":\"guest\",\"node-name\":\"active\",\"name\":\"guest\",\"writable\":true}");
        return socket;
    }

    private static void writeByDevice(TestVm vm, GuestWriter guest, Random random) throws IOException {
        int pattern = 1 + random.nextInt(255);
        long offset = guest.freePart() + 4096L * random.nextInt(1024);
        int length = 512 * (1 + random.nextInt(256));
        vm.qemu.guestWrite("disk0", pattern, offset, length);
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) pattern);
        guest.note(offset, data);
    }

    private static JobOutcome end(Work work, TestVm vm, GuestWriter guest, BlockJob job, Random random) {
        if (work.is("CANCELLED")) {
            return TestVm.get(job.cancel());
        }
        if (work.is("PIVOT")) {
            return TestVm.get(job.pivot());
        }
        if (!work.is("FINISH")) {
            return TestVm.get(job.outcome());
        }
        TestVm.get(job.ready());
        guest.awaitMore(random.nextInt(MOST_REQUESTS));
        JobOutcome[] outcome = new JobOutcome[1];
        // What is copied until the end is in the copy: here nothing is on its way.
        guest.whileQuiet(() -> {
            outcome[0] = TestVm.get(job.finishWithoutPivot());
            try {
                Files.copy(vm.path("record.raw"), vm.path("finished.raw"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (work.is("COPY")) {
            assertThat(vm.images.identical(vm.path("finished.raw"), "raw", vm.path("copy.qcow2"), "qcow2"))
                    .as("the copy holds what the guest had written")
                    .isTrue();
        }
        return outcome[0];
    }

    private static void assertEnded(Work work, JobOutcome outcome) {
        if (work.is("CANCELLED")) {
            // It may have been over already.
            assertThat(outcome.end()).as("%s", outcome).isNotInstanceOfAny(End.Failed.class, End.Unknown.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        } else {
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(work.is("PIVOT") ? Head.TARGET : Head.SOURCE);
        }
    }
}
