package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class DiskImagesTest {
    private static final long SIZE = 1 << 20;

    private final TempFolder folder = TempFolder.create("images");
    private final DiskImages images = new DiskImages(folder.path());

    @AfterEach
    void clean() {
        folder.close();
    }

    @Test
    void tellsWhatAChainHolds() {
        Path base = images.create("base.raw", "raw", SIZE);
        Path top = images.overlay("top.qcow2", base, "raw");
        images.write(base, "raw", 1, 0, 4096);
        images.write(top, "qcow2", 2, 1024, 1024);
        assertThat(images.holds(top, "qcow2", 1, 0, 1024)).isTrue();
        assertThat(images.holds(top, "qcow2", 2, 1024, 1024)).isTrue();
        assertThat(images.holds(top, "qcow2", 1, 0, 4096)).isFalse();
        assertThat(images.backingChain(top)).containsExactly(top.toString(), base.toString());
        assertThat(images.info(top, "qcow2").path("virtual-size").asLong()).isEqualTo(SIZE);
    }

    @Test
    void comparesWhatAGuestWouldSee() {
        Path base = images.create("base.qcow2", "qcow2", SIZE);
        images.write(base, "qcow2", 7, 65536, 65536);
        Path top = images.overlay("top.qcow2", base, "qcow2");
        Path record = images.flatten(top, "qcow2", "record.raw");
        assertThat(images.identical(top, "qcow2", record, "raw")).isTrue();
        images.write(top, "qcow2", 8, 65536, 1);
        assertThat(images.identical(top, "qcow2", record, "raw")).isFalse();
    }

    @Test
    void throwsWhatTheProgramSaid() {
        Path missing = folder.resolve("missing");
        Path image = images.create("small.raw", "raw", 512);
        assertThatThrownBy(() -> images.identical(image, "raw", missing, "raw"))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("No such file");
        assertThatThrownBy(() -> images.write(image, "raw", 1, SIZE, 512)).isInstanceOf(TestkitException.class);
        assertThatThrownBy(() -> images.holds(image, "raw", 1, SIZE, 512)).isInstanceOf(TestkitException.class);
    }

    @Test
    void findsADamagedImage() throws Exception {
        Path image = images.create("image.qcow2", "qcow2", SIZE);
        images.write(image, "qcow2", 1, 0, SIZE);
        assertThatCode(() -> images.check(image, "qcow2")).doesNotThrowAnyException();
        assertThat(images.intact(image, "qcow2")).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            // The first refcount block of an image with 64 KiB clusters starts at the third cluster.
            file.seek(2 * 65536);
            file.write(new byte[4096]);
        }
        assertThatThrownBy(() -> images.check(image, "qcow2")).isInstanceOf(TestkitException.class);
        assertThat(images.intact(image, "qcow2")).isFalse();
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> images.intact(none, "qcow2")).isInstanceOf(TestkitException.class);
    }

    @Test
    void readsTheChainOfAnImageInUse() {
        Path image = images.create("image.qcow2", "qcow2", SIZE);
        try (RealQemu qemu =
                RealQemu.builder().disk("d0", "top", image, "qcow2").start()) {
            assertThat(qemu.process().isAlive()).isTrue();
            assertThat(images.backingChain(image)).containsExactly(image.toString());
            assertThatThrownBy(() -> images.write(image, "qcow2", 1, 0, 512)).hasMessageContaining("lock");
        }
    }
}
