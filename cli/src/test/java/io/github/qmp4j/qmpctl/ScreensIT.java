package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The screens of the README are what qmpctl prints: each command is run, in their order, on a VM such as they tell of. */
@Timeout(600)
class ScreensIT {
    private static final long MIB = 1 << 20;
    private static final List<String> CHAIN = List.of("base", "snap1", "snap2", "active");

    @Test
    void theReadmeShowsWhatIsPrinted() throws IOException {
        List<ScreenText> screens = ScreenText.in(Files.readString(Path.of("..", "README.md")));
        assertThat(screens).hasSizeGreaterThan(2);
        try (TempFolder folder = TempFolder.create("qmpctl-screens");
                RealQemu qemu = start(new DiskImages(folder.path()))) {
            for (ScreenText screen : screens) {
                String[] words = screen.words().stream()
                        .map(word -> word.replace("/run/vm.qmp", qemu.monitor().toString())
                                .replace("/vm/", folder.path() + "/"))
                        .toArray(String[]::new);
                Ended ended = Child.run(words);
                String printed = (ended.out() + ended.err())
                        .replace(qemu.monitor().toString(), "/run/vm.qmp")
                        .replace(folder.path() + "/", "/vm/");
                assertThat(ScreenText.stable(printed))
                        .as("qmpctl %s printed %s", screen.words(), printed)
                        .isEqualTo(ScreenText.stable(screen.output()));
            }
        }
    }

    /** The chain of the README: 200 MiB in its base, 40 MiB in each overlay. */
    private static RealQemu start(DiskImages images) {
        RealQemuBuilder builder = RealQemu.builder();
        Path image = images.create("base.qcow2", "qcow2", 1024 * MIB);
        images.write(image, "qcow2", 1, 0, 200 * MIB);
        for (int layer = 0; layer < CHAIN.size(); layer++) {
            String name = CHAIN.get(layer);
            if (layer > 0) {
                image = images.overlay(name + ".qcow2", image, "qcow2");
                images.write(image, "qcow2", layer + 1, 20L * layer * MIB, 40 * MIB);
            }
            String backing = layer == 0 ? "null" : '"' + CHAIN.get(layer - 1) + '"';
            builder.blockdev("""
                    {"driver":"qcow2","node-name":"%s","backing":%s,"read-only":%b,"file":{"driver":"file","filename":"%s"}}""".formatted(name, backing, layer < CHAIN.size() - 1, image));
        }
        return builder.device("virtio-blk-pci,id=virtio0,drive=active").start();
    }
}
