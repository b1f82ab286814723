package io.github.qmp4j.blockjobs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process that is killed cannot show: that the disk was waited for, as the kernel saw it. */
@Timeout(120)
class JournalDurabilityTest {

    @Test
    void waitsForTheDiskBeforeARecordReturnsAndForTheFolderOfANewFile() throws Exception {
        try (TempFolder folder = TempFolder.create("journal")) {
            Path trace = folder.resolve("trace");
            List<String> strace = List.of(
                    "/usr/bin/strace",
                    "-f",
                    "-qq",
                    "-e",
                    "trace=pwrite64,fdatasync,fsync,write,rename,renameat,renameat2",
                    "-o",
                    trace.toString());
            assumeTrue(Files.isExecutable(Path.of(strace.get(0))), "no strace to watch the system calls with");
            try (Jvm child =
                    Jvm.startBehind(strace, "few", folder.resolve("jobs").toString())) {
                assertThat(child.rest()).containsExactly("open", "id1", "id2", "id3", "id4", "id5");
            }
            String calls = String.join(
                    "",
                    Files.readAllLines(trace).stream()
                            .map(JournalDurabilityTest::sign)
                            .toList());
            // A new file: written, synchronised, renamed, and its folder synchronised; then each record.
            assertThat(calls).contains("ws" + "rs").endsWith("wsa".repeat(5));
        }
    }

    /**
     * One letter for a call that matters here: a write to the file, a synchronisation, a rename, or an acknowledgement. A call
     * that another one interrupts has two lines: an acknowledgement counts when it begins, and the others when they are done.
     */
    private static String sign(String line) {
        if (line.contains("write(1, \"id")) {
            return "a";
        }
        if (line.contains("unfinished")) {
            return "";
        }
        if (line.contains("pwrite64")) {
            return "w";
        }
        if (line.contains("fdatasync") || line.contains("fsync")) {
            return "s";
        }
        return line.contains("rename") ? "r" : "";
    }
}
