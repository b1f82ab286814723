package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.Recording.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two disks of one QEMU whose writes are recorded; what is written, and the files that QEMU leaves, are the oracles. */
@QemuVersions
@Timeout(300)
class WriteRecorderTest {
    private static final int KIB = 1024;
    private static final int WRITES = 40;

    private final TempFolder folder = TempFolder.create("recorded");
    private final DiskImages images = new DiskImages(folder.path());
    private final Path one = images.create("one.raw", "raw", 64 * KIB);
    private final Path two = images.create("two.raw", "raw", 64 * KIB);
    private final List<Long> positions = new ArrayList<>();

    @AfterEach
    void clean() {
        folder.close();
    }

    /** What a guest does with its two disks. */
    private interface Work {
        void on(Guest guest);
    }

    private record Guest(RealQemu qemu, WriteRecorder recorder) {
        void io(Path disk, String command) {
            String line = "qemu-io -d /machine/peripheral/%s/virtio-backend \"%s\"".formatted(device(disk), command);
            qemu.oracle().execute("human-monitor-command", Json.object().put("command-line", line));
        }
    }

    private static String device(Path disk) {
        return "disk-" + String.valueOf(disk.getFileName()).replace(".raw", "");
    }

    private Recording recorded(Work work) {
        return recorded(work, () -> {});
    }

    private Recording recorded(Work work, Runnable afterwards) {
        try (WriteRecorder recorder = WriteRecorder.start()) {
            RealQemuBuilder builder = RealQemu.builder();
            for (Path disk : List.of(one, two)) {
                builder.blockdev("{\"driver\":\"raw\",\"node-name\":\"%s\",\"discard\":\"unmap\",\"file\":%s}"
                                .formatted(device(disk), recorder.file(disk)))
                        .device(RealQemuBuilder.deviceOptions(device(disk), device(disk)));
            }
            try (RealQemu qemu = builder.start()) {
                work.on(new Guest(qemu, recorder));
            }
            afterwards.run();
            return recorder.stop();
        }
    }

    private static List<Step> changes(Recording recording) {
        return recording.steps().stream()
                .filter(step -> step.operation().changesImage())
                .toList();
    }

    private static byte at(CutState state, Path image, int offset) {
        return state.image(image).contents()[offset];
    }

    /** The offset of each write is larger than that of the one before it, on whichever disk. */
    @Test
    void keepsTheOrderOfTheWritesToSeveralImages() {
        List<Path> written = new ArrayList<>();
        Recording recording = recorded(guest -> {
            Random random = new Random(1);
            for (int write = 0; write < WRITES; write++) {
                written.add(random.nextBoolean() ? one : two);
                guest.io(written.get(write), "write -P %d %d 1k".formatted(write + 1, write * KIB));
                positions.add(guest.recorder().position());
            }
        });
        assertThat(changes(recording)).extracting(Step::image).isEqualTo(written);
        for (int write = 0; write < WRITES; write++) {
            assertThat(changes(recording).get(write).operation().offset()).isEqualTo((long) write * KIB);
            int steps = recording.stepsUntil(positions.get(write));
            assertThat(recording.steps().subList(0, steps))
                    .filteredOn(step -> step.operation().changesImage())
                    .isEqualTo(changes(recording).subList(0, write + 1));
        }
    }

    /** stop() throws unless the files are what the record makes of them. */
    @Test
    void recordsAllThatChangesAnImage() {
        Recording recording = recorded(guest -> {
            Random random = new Random(2);
            for (int operation = 0; operation < WRITES; operation++) {
                String range = "%d %d".formatted(512 * random.nextInt(96), 512 * (1 + random.nextInt(32)));
                Path disk = random.nextBoolean() ? one : two;
                switch (random.nextInt(4)) {
                    case 0 -> guest.io(disk, "write -z " + range);
                    case 1 -> guest.io(disk, "discard " + range);
                    case 2 -> guest.io(disk, "flush");
                    default -> guest.io(disk, "write -P " + (operation + 1) + " " + range);
                }
            }
        });
        assertThat(recording.steps()).hasSizeGreaterThanOrEqualTo(WRITES / 2);
    }

    @Test
    void saysWhenAnImageWasWrittenToBehindItsBack() {
        assertThatThrownBy(() -> recorded(guest -> guest.io(one, "write -P 1 0 1k"), () -> {
                    try {
                        Files.write(one, new byte[3]);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }))
                .isInstanceOf(TestkitException.class)
                .hasMessage("the record of the writes to " + one + " is not complete");
    }

    @Test
    void losesOnlyWhatWasNotFlushedAndAnyOfIt() {
        Recording recording = recorded(guest -> {
            guest.io(one, "write -P 1 0 512");
            guest.io(one, "flush");
            guest.io(one, "write -P 2 512 512");
            guest.io(one, "write -P 3 1024 512");
            positions.add(guest.recorder().position());
        });
        PowerCut cut = recording.cutAfter(recording.stepsUntil(positions.get(0)));
        assertThat(cut.unflushed())
                .extracting(step -> step.operation().offset())
                .containsExactly(512L, 1024L);
        List<List<Byte>> left = cut.states(16, new Random(3)).stream()
                .map(state -> List.of(at(state, one, 0), at(state, one, 512), at(state, one, 1024)))
                .distinct()
                .toList();
        assertThat(left)
                .containsExactlyInAnyOrder(
                        List.of((byte) 1, (byte) 2, (byte) 3),
                        List.of((byte) 1, (byte) 0, (byte) 0),
                        List.of((byte) 1, (byte) 0, (byte) 3),
                        List.of((byte) 1, (byte) 2, (byte) 0));
    }

    @Test
    void aFlushOfOneImagePromisesNothingAboutAnother() {
        Recording recording = recorded(guest -> {
            guest.io(one, "write -P 1 0 512");
            guest.io(two, "write -P 2 0 512");
            guest.io(one, "flush");
            positions.add(guest.recorder().position());
        });
        PowerCut cut = recording.cutAfter(recording.stepsUntil(positions.get(0)));
        assertThat(cut.unflushed()).extracting(Step::image).containsExactly(two);
        CutState none = cut.keeping(List.of());
        assertThat(at(none, one, 0)).isEqualTo((byte) 1);
        assertThat(at(none, two, 0)).isZero();
    }

    @Test
    void putsAnImageInPlaceAsTheCutHasLeftIt() {
        Recording recording = recorded(guest -> guest.io(one, "write -P 7 512 512"));
        recording.cutAfter(0).keeping(List.of()).image(one).restore();
        assertThat(images.holds(one, "raw", 0, 0, 64 * KIB)).isTrue();
        PowerCut cut = recording.cutAfter(recording.steps().size());
        cut.keeping(cut.unflushed()).image(one).restore();
        assertThat(images.holds(one, "raw", 7, 512, 512)).isTrue();
        assertThatThrownBy(() -> cut.keeping(List.of()).image(folder.resolve("other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other were not recorded");
    }
}
