package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * In a raw copy the guest may write its first sector too, where another format has its header. QEMU forbids that for a
 * format that it has guessed.
 */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RawTargetTest {
    private static final int PATTERN = 0xEB;

    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,false", "BLOCKDEV_MIRROR,false", "DRIVE_MIRROR,true", "BLOCKDEV_MIRROR,true"})
    void letsTheGuestWriteTheFirstSector(CopyEngine engine, boolean existing) throws IOException {
        try (TestVm vm = TestVm.start()) {
            Path target = vm.path("copy.raw");
            CopyRequest copy = CopyRequest.of("disk0", target.toString(), "raw").withEngine(engine);
            if (existing) {
                vm.images.create("copy.raw", "raw", TestVm.SIZE);
                copy = copy.withReuseExternal(true);
            }
            BlockJob job = vm.start(copy);
            TestVm.get(job.ready());
            vm.qemu.guestWrite("disk0", PATTERN, 0, 512);
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            vm.qemu.guestWrite("disk0", PATTERN, 512, 512);
            vm.assertNoJobsLeft();
            vm.shutDown();

            byte[] seen = Files.readAllBytes(target);
            byte[] wanted = Files.readAllBytes(vm.before);
            Arrays.fill(wanted, 0, 1024, (byte) PATTERN);
            assertThat(Arrays.mismatch(seen, wanted)).isEqualTo(-1);
        }
    }
}
