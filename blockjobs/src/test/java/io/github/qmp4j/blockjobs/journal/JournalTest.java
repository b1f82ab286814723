package io.github.qmp4j.blockjobs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class JournalTest {
    private final TempFolder folder = TempFolder.create("journal");
    private final Path file = folder.resolve("jobs");

    @AfterEach
    void clean() {
        folder.close();
    }

    private static void get(CompletableFuture<Void> written) throws Exception {
        written.get(3, TimeUnit.MINUTES);
    }

    private byte[] written(String... texts) throws Exception {
        try (Journal journal = Journal.open(file)) {
            for (int i = 0; i < texts.length; i++) {
                get(journal.put("id" + i, texts[i]));
            }
        }
        return Files.readAllBytes(file);
    }

    private Map<String, String> reopened() throws IOException {
        try (Journal journal = Journal.open(file)) {
            return journal.all();
        }
    }

    @Test
    void hasAfterwardsWhatWasPutAndNotWhatWasRemoved() throws Exception {
        try (Journal journal = Journal.open(file)) {
            get(journal.put("a", "1"));
            get(journal.put("a", "2 and a \"word\""));
            get(journal.put("b", ""));
            get(journal.put("c", "3"));
            get(journal.remove("c"));
            get(journal.remove("never-there"));
            assertThat(journal.get("a")).hasValue("2 and a \"word\"");
        }
        assertThat(reopened()).containsOnly(Map.entry("a", "2 and a \"word\""), Map.entry("b", ""));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void writesLinesThatOtherProgramsCanCheck() throws Exception {
        written("1");
        assertThat(Files.readString(file).lines().map(line -> line.substring(9)))
                .containsExactly("0000000000000001 qmp4j-journal 2", "0000000000000002 put id0 1");
        // The check value of CRC-32C, by its definition.
        CRC32C crc = new CRC32C();
        crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(crc.getValue()).isEqualTo(0xe3069283L);
        for (String line : Files.readAllLines(file)) {
            crc.reset();
            crc.update(line.substring(9).getBytes(StandardCharsets.US_ASCII));
            assertThat(line.substring(0, 8)).isEqualTo("%08x".formatted(crc.getValue()));
        }
    }

    @Test
    void cutsOffALastLineThatWasTornAtAnyByte() throws Exception {
        byte[] whole = written("first", "second {\"a\":1}");
        int lastLine = new String(whole, StandardCharsets.US_ASCII).lastIndexOf("\n", whole.length - 2) + 1;
        assertThat(new String(whole, lastLine, 29, StandardCharsets.US_ASCII)).endsWith(" put");
        for (int length = lastLine; length < whole.length - 1; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (Journal journal = Journal.open(file)) {
                assertThat(journal.all()).as("cut at %d", length).containsOnly(Map.entry("id0", "first"));
                get(journal.put("id2", "third"));
            }
            assertThat(reopened()).containsOnly(Map.entry("id0", "first"), Map.entry("id2", "third"));
        }
    }

    @Test
    void takesBlocksThatWereNeverWrittenForATornLine() throws Exception {
        byte[] whole = written("first");
        Files.write(file, Arrays.copyOf(whole, whole.length + 4096));
        assertThat(reopened()).containsOnlyKeys("id0");
        assertThat(file).hasBinaryContent(whole);
    }

    /** Each bit of the file but those of the last end of a line: without it the line is a torn one. */
    @Test
    void refusesAFileWithAnyFlippedBitAndNamesTheLine() throws Exception {
        byte[] whole = written("first", "second", "third");
        int line = 1;
        for (int place = 0; place < whole.length - 1; place++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[place] ^= (byte) (1 << bit);
                Files.write(file, flipped);
                String named = line == 1
                        ? "is no job store, or its first line is damaged"
                        : "line " + line + " of the job store";
                assertThatThrownBy(() -> Journal.open(file))
                        .as("byte %d, bit %d", place, bit)
                        .isInstanceOf(JournalException.class)
                        .hasMessageContaining(named)
                        .hasMessageContaining(file.toString());
                assertThat(file).hasBinaryContent(flipped);
            }
            line += whole[place] == '\n' ? 1 : 0;
        }
    }

    /** The checksum tells that it is whole. */
    @Test
    void takesALastLineThatHasOnlyLostItsEnd() throws Exception {
        byte[] whole = written("first", "second");
        for (byte end : new byte[] {0, 'x', '\r'}) {
            byte[] damaged = whole.clone();
            damaged[whole.length - 1] = end;
            for (byte[] found : List.of(damaged, Arrays.copyOf(whole, whole.length - 1))) {
                Files.write(file, found);
                assertThat(reopened()).containsOnlyKeys("id0", "id1");
                assertThat(file).hasBinaryContent(whole);
            }
        }
    }

    @Test
    void noticesThatWholeLinesAreMissing() throws Exception {
        written("first", "second", "third");
        List<String> lines = Files.readAllLines(file);
        for (int missing = 1; missing < lines.size() - 1; missing++) {
            List<String> left = new ArrayList<>(lines);
            left.remove(missing);
            Files.writeString(file, String.join("\n", left) + "\n");
            assertThatThrownBy(() -> Journal.open(file))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("before line " + (missing + 1))
                    .hasMessageContaining("lines are missing");
        }
    }

    /** What is lost at the end must not go unnoticed for as long as there is somebody who knows. */
    @Test
    void acknowledgesNothingMoreOnceAnotherProgramHasChangedItsFile() throws Exception {
        Path link = folder.resolve("link");
        try (Journal journal = Journal.open(file)) {
            get(journal.put("a", "1"));
            byte[] whole = Files.readAllBytes(file);
            for (byte[] changed : List.of(Arrays.copyOf(whole, 10), Arrays.copyOf(whole, whole.length + 1))) {
                Files.write(file, changed);
                assertThatThrownBy(() -> get(journal.put("b", "2")))
                        .hasMessageContaining("it has " + changed.length + " bytes and not the " + whole.length);
            }
            Files.write(file, whole);
            Files.createLink(link, file);
            assertThatThrownBy(() -> get(journal.put("b", "2"))).hasMessageContaining("has another name too");
            assertThat(journal.all()).containsOnlyKeys("a");
            Files.delete(link);
            get(journal.put("b", "2"));
        }
        assertThat(reopened()).containsOnlyKeys("a", "b");
        Files.createLink(link, file);
        assertThatThrownBy(() -> Journal.open(link)).hasMessageContaining("has another name too");
    }

    @Test
    void leavesAFileAloneThatIsNoStore() throws Exception {
        for (String other : List.of("", "no newline", "some\ntext\n", "e3069283 0000000000000001 qmp4j-journal 2\n")) {
            Files.writeString(file, other);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertThatThrownBy(() -> Journal.open(file))
                    .hasMessageContaining("is no job store")
                    .hasMessageContaining("give another path");
            assertThat(file).hasContent(other);
        }
    }

    @Test
    void saysThatANewerVersionIsNeeded() throws Exception {
        JournalLine newer = new JournalLine(JournalLine.Verb.HEADER, "3", "");
        Files.write(file, newer.bytes(1));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Journal.open(file)).hasMessageContaining("newer version of qmp4j (format 3)");
    }

    @Test
    void waitsForTheDiskOnceForAllThatCameTogether() throws Exception {
        try (Journal journal = Journal.open(file)) {
            List<CompletableFuture<Void>> all = IntStream.range(0, 2000)
                    .mapToObj(number -> journal.put("id" + number, "x".repeat(100)))
                    .toList();
            get(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            assertThat(journal.synced()).isLessThan(2000);
            assertThat(journal.all()).hasSize(2000);
        }
        assertThat(reopened()).hasSize(2000);
    }

    /**
     * The writers have threads of their own: where the common pool has one only, they would come one after another, and each
     * record would wait for a disk of its own, for longer than the test does.
     */
    @Test
    void getsSmallAgainUnderManyWritersAndLosesNothing() throws Exception {
        long compactFrom = 8 << 10;
        int writers = 4;
        int records = 150;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try (Journal journal = Journal.open(file, compactFrom)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String id = "w" + writer;
                all.add(CompletableFuture.runAsync(
                        () -> IntStream.range(0, records)
                                .forEach(number -> journal.put(id + "-" + number % 3, number + " " + "x".repeat(200))
                                        .join()),
                        threads));
            }
            get(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            assertThat(Files.size(file)).isLessThan(4 * compactFrom);
        } finally {
            threads.shutdown();
        }
        Map<String, String> there = reopened();
        assertThat(there).hasSize(3 * writers);
        for (int number = records - 3; number < records; number++) {
            assertThat(there.get("w0-" + number % 3)).startsWith(number + " ");
        }
        assertThat(folder.resolve("jobs.new")).doesNotExist();
    }

    @Test
    void getsSmallWhenItIsOpened() throws Exception {
        try (Journal journal = Journal.open(file, Long.MAX_VALUE)) {
            for (int number = 0; number < 100; number++) {
                get(journal.put("id", number + "x".repeat(500)));
            }
            assertThat(Files.size(file)).isGreaterThan(50_000);
        }
        assertThat(reopened().get("id")).startsWith("99x");
        assertThat(Files.size(file)).isLessThan(1000);
    }

    @Test
    void doesNotWriteIntoAFileThatHasTakenItsPlace() throws Exception {
        Path aside = folder.resolve("aside");
        try (Journal journal = Journal.open(file)) {
            get(journal.put("a", "1"));
            Files.move(file, aside);
            assertThatThrownBy(() -> get(journal.put("b", "2")))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("was removed or replaced while it was open");
            assertThat(journal.get("b")).isEmpty();
            Files.move(aside, file);
            get(journal.put("c", "3"));
        }
        assertThat(reopened()).containsOnlyKeys("a", "c");
    }

    @Test
    void refusesWhatComesAfterItsEndAndLosesNothingBefore() throws Exception {
        Journal journal = Journal.open(file);
        List<CompletableFuture<Void>> before = IntStream.range(0, 100)
                .mapToObj(number -> journal.put("id" + number, "x"))
                .toList();
        journal.close();
        journal.close();
        assertThat(before).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThatThrownBy(() -> get(journal.put("late", "x"))).hasMessageContaining("it is closed");
        assertThat(reopened()).hasSize(100);
    }

    @Test
    void mayBeClosedByWhoeverHangsOnARecord() throws Exception {
        Journal journal = Journal.open(file);
        get(journal.put("a", "1").thenRun(journal::close));
        // The thread that called is the one that lets the file go, later.
        Awaitility.await().ignoreExceptions().untilAsserted(() -> assertThat(reopened())
                .containsOnlyKeys("a"));
    }
}
