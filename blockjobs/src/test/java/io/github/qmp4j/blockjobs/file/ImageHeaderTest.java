package io.github.qmp4j.blockjobs.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers by qemu-img, and such as it would never write. */
class ImageHeaderTest {
    private static final int FORMAT = 0xE2792ACA;
    private static final int DATA_FILE = 0x44415441;

    @Test
    void readsWhatQemuImgWrites() throws IOException {
        try (TempFolder folder = TempFolder.create("qmp4j-header")) {
            DiskImages images = new DiskImages(folder.path());
            Path base = images.create("base.qcow2", "qcow2", 1 << 20);
            assertThat(ImageHeader.read(Files.readAllBytes(base)))
                    .isEqualTo(new ImageHeader(Optional.empty(), Optional.empty(), Optional.empty(), 0));
            Path overlay = images.overlay("overlay.qcow2", base, "qcow2");
            assertThat(ImageHeader.read(Files.readAllBytes(overlay)))
                    .isEqualTo(
                            new ImageHeader(Optional.of(base.toString()), Optional.of("qcow2"), Optional.empty(), 0));
        }
    }

    /** A header of 64 KiB clusters with these extensions. */
    private static ByteBuffer header(int version, long features, Object... extensions) {
        ByteBuffer header = ByteBuffer.allocate(1 << 16);
        header.putInt(0, 0x514649fb).putInt(4, version).putInt(20, 16);
        if (version == 3) {
            header.putLong(72, features).putInt(100, 104);
        }
        int at = version == 3 ? 104 : 72;
        for (int i = 0; i < extensions.length; i += 2) {
            byte[] text = ((String) extensions[i + 1]).getBytes(StandardCharsets.UTF_8);
            header.putInt(at, (Integer) extensions[i])
                    .putInt(at + 4, text.length)
                    .put(at + 8, text);
            at += 8 + (text.length + 7) / 8 * 8;
        }
        return header;
    }

    private static ByteBuffer withBacking(ByteBuffer header, long at, int length, String name) {
        header.putLong(8, at).putInt(16, length);
        return header.put(1024, name.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsTheOldVersionAndPassesOverWhatItDoesNotKnow() {
        ByteBuffer header = withBacking(header(2, 0, 0x12345678, "what", FORMAT, "raw"), 1024, 5, "/base");
        assertThat(ImageHeader.read(bytes(header)))
                .isEqualTo(new ImageHeader(Optional.of("/base"), Optional.of("raw"), Optional.empty(), 0));
    }

    @Test
    void findsTheDataFileWithAndWithoutItsFeature() {
        ImageHeader expected = new ImageHeader(Optional.empty(), Optional.empty(), Optional.of("json:{}"), 0);
        assertThat(ImageHeader.read(header(3, 4, DATA_FILE, "json:{}").array())).isEqualTo(expected);
        assertThat(ImageHeader.read(header(3, 0, DATA_FILE, "json:{}").array())).isEqualTo(expected);
    }

    @Test
    void refusesWhatItCannotTell() {
        assertRefused(header(3, 4), "does not name it");
        assertRefused(header(3, 1 << 5), "features that are not known (0x20)");
        assertRefused(header(4, 0), "of version 4");
        assertRefused(header(3, 0, DATA_FILE, "/a", DATA_FILE, "/b"), "names two files");
        assertRefused(header(3, 0, FORMAT, "raw", FORMAT, "qcow2"), "names two files");
        assertRefused(header(3, 0, FORMAT, "ra\0w"), "no text");
        assertRefused(header(3, 0).putInt(20, 30), "clusters of 2^30");
        assertRefused(header(3, 0).putInt(100, 1 << 20), "a header of 1048576 bytes");
        assertRefused(header(3, 0).putInt(100, 80), "a header of 80 bytes");
        assertRefused(header(3, 0).putInt(104, 7).putInt(108, 1 << 30), "does not end");
        assertRefused(header(3, 0).putInt(104, 7).putInt(108, -1), "does not end");
    }

    @ParameterizedTest
    @CsvSource({"1024,0", "1024,-1", "1024,1024", "65000,600", "-8,5", "70000,5", "16,5"})
    void refusesANameOutsideOfTheHeader(long at, int length) {
        assertRefused(withBacking(header(3, 0), at, length, "/base"), "backing file");
    }

    private static byte[] bytes(ByteBuffer header) {
        byte[] bytes = new byte[header.capacity()];
        header.duplicate().clear().get(bytes);
        return bytes;
    }

    private static void assertRefused(ByteBuffer header, String why) {
        assertThatThrownBy(() -> ImageHeader.read(bytes(header)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(why);
    }

    /** Whatever stands in it, there is an answer or a refusal. */
    @Test
    void survivesAnyBytes() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes =
                    header(random.nextBoolean() ? 2 : 3, 0, FORMAT, "qcow2").array();
            byte[] cut = new byte[random.nextInt(400)];
            System.arraycopy(bytes, 0, cut, 0, cut.length);
            for (int change = random.nextInt(6); change > 0 && cut.length > 0; change--) {
                cut[random.nextInt(cut.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(ImageHeader.read(cut)).isNotNull();
            } catch (BlockChainException refused) {
                assertThat(refused).hasMessageMatching("[a-z].*");
            }
        }
    }
}
