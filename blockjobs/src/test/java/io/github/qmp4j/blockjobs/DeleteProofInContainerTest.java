package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuContainer;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where QEMU runs in a container, a path there and the same path here can be two files. */
@QemuVersions(containersOnly = true)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class DeleteProofInContainerTest {
    /** The folder is the same for both, and one file in it is not. */
    @Test
    @SuppressWarnings("deprecation") // The engine of a test is on this machine.
    void isRefusedWhereQemusContainerHasAnotherFileMountedOverTheImage(QemuContainer container) {
        try (TempFolder folder = TempFolder.create("qmp4j-mounted")) {
            DiskImages images = new DiskImages(folder.path());
            Path base = images.create("base.qcow2", "qcow2", TestVm.MIB);
            Path middle = images.overlay("middle.qcow2", base, "qcow2");
            Path hidden = images.overlay("hidden.qcow2", base, "qcow2");
            images.overlay("active.qcow2", middle, "qcow2");
            try (QemuContainer qemu =
                    container.withFolder(folder.path()).withFileSystemBind(hidden.toString(), middle.toString())) {
                for (String name : List.of("base", "middle", "active")) {
                    String below = name.equals("base") ? "null" : name.equals("middle") ? "\"base\"" : "\"middle\"";
                    qemu.withBlockdev("""
                            {"driver":"qcow2","node-name":"%s","backing":%s,"file":{"driver":"file","filename":"%s"}}""".formatted(name, below, folder.resolve(name + ".qcow2")));
                }
                qemu.withDevice("virtio-blk-pci,id=disk0,drive=active").start();
                BlockJobOptions options = BlockJobOptions.defaults().withFiles(FileAccess.local());
                try (QmpClient client =
                                get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
                        BlockJobs jobs = BlockJobs.of(client, options)) {
                    CommitRequest commit =
                            CommitRequest.of("disk0").withTop("middle").withDeletesReleased(true);
                    assertThat(ScriptedVm.failure(jobs.start(commit)))
                            .hasMessageContaining("is not the file that QEMU has open");
                }
            }
            assertThat(middle).exists();
        }
    }
}
