package io.github.qmp4j.blockjobs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process that is killed cannot show: that the disk was waited for, as the kernel saw it. */
@Timeout(600)
class JournalDurabilityTest {
    @Name("qmp4j.Acknowledged")
    @StackTrace(false)
    private static final class Acknowledged extends Event {}

    private final TempFolder folder = TempFolder.create("journal");

    @AfterEach
    void clean() {
        folder.close();
    }

    /** As the JVM saw it. The second owner waits for what the first one wrote too, since it acts upon it. */
    @Test
    void hasEachRecordWrittenAndSynchronisedWhenItReturns() throws Exception {
        assertThat(recorded(5)).isEqualTo("wsf" + "wsa".repeat(5));
        assertThat(recorded(2)).isEqualTo("sf" + "wsa".repeat(2));
    }

    /** One letter each, in order, for what is done while a journal is opened and gets so many records. */
    private String recorded(int records) throws Exception {
        Path file = folder.resolve("jobs");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileWrite").withoutThreshold().withoutStackTrace();
            recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
            recording.start();
            try (Journal journal = Journal.open(file)) {
                for (int number = 0; number < records; number++) {
                    journal.put("id", "x" + number).get(3, TimeUnit.MINUTES);
                    new Acknowledged().commit();
                }
            }
            recording.stop();
            Path dump = folder.resolve("recording");
            recording.dump(dump);
            return RecordingFile.readAllEvents(dump).stream()
                    .sorted(Comparator.comparing(RecordedEvent::getEndTime))
                    .map(event -> letter(event, file))
                    .collect(Collectors.joining());
        }
    }

    /** Write, synchronisation of the file, of its folder, acknowledgement; nothing for other files. */
    private String letter(RecordedEvent event, Path file) {
        if (event.getEventType().getName().equals("qmp4j.Acknowledged")) {
            return "a";
        }
        String path = event.getString("path");
        boolean isJournal = path != null && path.replaceFirst("\\.new$", "").equals(file.toString());
        if (event.getEventType().getName().equals("jdk.FileWrite")) {
            return isJournal ? "w" : "";
        }
        boolean isFolder = path != null && path.equals(folder.path().toString());
        return isJournal ? "s" : isFolder ? "f" : "";
    }

    /** As the kernel saw it, with the rename of a new file. */
    @Test
    void waitsForTheDiskBeforeARecordReturnsAndForTheFolderOfANewFile() throws Exception {
        Path trace = folder.resolve("trace");
        List<String> strace = List.of(
                "/usr/bin/strace",
                "-f",
                "-qq",
                "-s",
                "80",
                "-e",
                "trace=fdatasync,fsync,write,rename,renameat,renameat2",
                "-o",
                trace.toString());
        assumeTrue(Files.isExecutable(Path.of(strace.get(0))), "no strace to watch the system calls with");
        try (Jvm child = Jvm.startBehind(strace, "few", folder.resolve("jobs").toString())) {
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

    /**
     * One letter for a call that matters here: a write to the file, a synchronisation, a rename, or an acknowledgement. A call
     * that another one interrupts has two lines: what is written is told in the first, and the others count when they are done.
     */
    private static String sign(String line) {
        if (line.contains("write(1, \"id")) {
            return "a";
        }
        if (line.contains(" put id") || line.contains(" qmp4j-journal ")) {
            return "w";
        }
        if (line.contains("unfinished")) {
            return "";
        }
        if (line.contains("fdatasync") || line.contains("fsync")) {
            return "s";
        }
        return line.contains("rename") ? "r" : "";
    }
}
