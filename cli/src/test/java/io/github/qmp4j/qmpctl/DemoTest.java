package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.TempFolder;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo with its own QEMU and images, which it removes again. */
@Timeout(600)
class DemoTest {
    private final TempFolder folder = TempFolder.create("qmpctl-demo-test");

    @AfterEach
    void delete() {
        folder.close();
    }

    @Test
    void itProvesTheDataFourTimesAndLeavesNothing() {
        try (Child demo = start()) {
            List<ProcessHandle> processes = awaitQemu(demo);
            Ended ended = demo.ended().with(0).withSilentErr();
            assertThat(ended.out().lines().filter(line -> line.contains("identical")))
                    .hasSize(4);
            assertThat(ended.out().lines().filter(line -> line.contains("unchanged")))
                    .hasSize(4);
            assertNothingLeft(processes);
        }
    }

    @Test
    void itLeavesNothingWhenItIsInterruptedEither() {
        try (Child demo = start()) {
            List<ProcessHandle> processes = awaitQemu(demo);
            demo.signal("TERM").ended().with(130).withOneError("interrupted");
            assertNothingLeft(processes);
        }
    }

    @Test
    void itLeavesNothingWhenItIsInterruptedBeforeThereIsAQemu() {
        try (Child demo = start()) {
            demo.awaitOut("Making a chain").signal("INT").ended().with(130).withOneError("interrupted");
            assertNothingLeft(List.of());
        }
    }

    private Child start() {
        String path = folder.path().toString();
        return Child.start(List.of("-Djava.io.tmpdir=" + path), Map.of("TMPDIR", path), "demo", "--size", "16M");
    }

    /** All processes of the demo while its QEMU runs. */
    private static List<ProcessHandle> awaitQemu(Child demo) {
        demo.awaitOut("1\\. pull");
        List<ProcessHandle> processes = demo.handle().descendants().toList();
        assertThat(processes)
                .anyMatch(process -> process.info().command().orElse("").contains("qemu-system"));
        return processes;
    }

    private void assertNothingLeft(List<ProcessHandle> processes) {
        assertThat(folder.path()).isEmptyDirectory();
        // The shell that guards QEMU may need a moment to notice the end of QEMU.
        Awaitility.await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
}
