package io.github.qmp4j.blockjobs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes, and what is left of one that is killed. */
@Timeout(3000)
class JournalKillTest {
    private static final int ROUNDS = Boolean.getBoolean("qmp4j.full") ? 200 : 8;
    private static final int MOST_RECORDS = 2000;

    /** What a child said of an id; the number counts the records of one thread. */
    private record Said(int number, boolean removed) {}

    @Test
    void keepsEveryRecordThatReturnedBeforeTheProcessWasKilled() throws Exception {
        long seed = Long.getLong("qmp4j.seed", System.nanoTime());
        System.out.println("journal kills: " + ROUNDS + " rounds, seed " + seed + " (-Dqmp4j.seed)");
        Random random = new Random(seed);
        try (TempFolder folder = TempFolder.create("journal")) {
            for (int round = 0; round < ROUNDS; round++) {
                Path file = folder.resolve("jobs" + round);
                int records = 1 + random.nextInt(MOST_RECORDS);
                List<String> said = new ArrayList<>();
                try (Jvm child = Jvm.start("write", file.toString(), String.valueOf(random.nextLong()))) {
                    assertThat(child.line()).isEqualTo("open");
                    for (int record = 0; record < records; record++) {
                        said.add(child.line());
                    }
                    said.addAll(child.kill());
                }
                try (Journal journal = Journal.open(file)) {
                    requireAll(newest(said), journal.all(), "seed " + seed + ", round " + round);
                }
                Files.delete(file);
            }
        }
    }

    private static Map<String, Said> newest(List<String> lines) {
        Map<String, Said> newest = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            // The last line may be cut off.
            if (words.length == 3 && (words[2].equals("put") || words[2].equals("removed"))) {
                newest.put(words[0], new Said(Integer.parseInt(words[1]), words[2].equals("removed")));
            }
        }
        return newest;
    }

    /** A thread waits for each record, so all that may be newer than what it said is one record more, or two. */
    private static void requireAll(Map<String, Said> said, Map<String, String> there, String when) {
        for (int writer = 0; writer < JournalChild.WRITERS; writer++) {
            String thread = "w" + writer + "-";
            int last = said.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(thread))
                    .mapToInt(entry -> entry.getValue().number())
                    .max()
                    .orElse(0);
            List<String> open = List.of(JournalChild.id(writer, last + 1), JournalChild.id(writer, last + 2));
            for (int number = 0; number < JournalChild.IDS; number++) {
                String id = JournalChild.id(writer, number);
                Optional<Said> before = Optional.ofNullable(said.get(id)).filter(one -> !one.removed());
                Optional<Integer> now = Optional.ofNullable(there.get(id)).map(text -> number(when, text));
                boolean asSaid = now.equals(before.map(Said::number));
                boolean isNewer =
                        open.contains(id) && now.stream().allMatch(newer -> newer > last && newer <= last + 2);
                assertThat(asSaid || isNewer)
                        .as("%s: %s has %s, and it said %s; the last of its thread was %d", when, id, now, before, last)
                        .isTrue();
            }
        }
    }

    private static int number(String when, String text) {
        assertThat(text).as(when).matches("[0-9]+ x*\\.");
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    /** Done when: two processes that open one store: the second gets a clear error, at once. */
    @Test
    void tellsASecondProcessAtOnceWhoHasTheFile() throws Exception {
        try (TempFolder folder = TempFolder.create("journal")) {
            Path file = folder.resolve("jobs");
            try (Jvm owner = Jvm.start("hold", file.toString())) {
                assertThat(owner.line()).isEqualTo("open");
                try (Jvm second = Jvm.start("hold", file.toString())) {
                    assertThat(second.rest())
                            .containsExactly("refused: the job store '" + file + "' is in use by process " + owner.pid()
                                    + ", and has one owner at a time; end that one, or give another file");
                }
                owner.kill();
                try (Jvm third = Jvm.start("hold", file.toString())) {
                    assertThat(third.line()).isEqualTo("open");
                }
            }
        }
    }

    /** The file beside the journal can be deleted, the lock on the journal itself cannot. */
    @Test
    void aSecondProcessIsKeptOutThoughTheFileOfTheLockWasDeleted() throws Exception {
        try (TempFolder folder = TempFolder.create("journal")) {
            Path file = folder.resolve("jobs");
            try (Jvm owner = Jvm.start("hold", file.toString())) {
                assertThat(owner.line()).isEqualTo("open");
                Files.delete(folder.resolve("jobs.lock"));
                try (Jvm second = Jvm.start("hold", file.toString())) {
                    assertThat(second.rest())
                            .containsExactly(
                                    "refused: the job store '" + file
                                            + "' is in use by another process, and has one owner at a time; end that one, or give another file");
                }
            }
        }
    }

    @Test
    void isNotUnlockedByASecondTryOfTheSameProcess() throws Exception {
        try (TempFolder folder = TempFolder.create("journal")) {
            Path file = folder.resolve("jobs");
            try (Journal journal = Journal.open(file)) {
                assertThatThrownBy(() -> Journal.open(file))
                        .isInstanceOf(JournalException.class)
                        .hasMessageContaining("is in use by this process");
                // A descriptor that the try had left open would be closed, and the lock lost with it.
                System.gc();
                try (Jvm second = Jvm.start("hold", file.toString())) {
                    assertThat(second.line()).startsWith("refused: ");
                }
                assertThat(journal.all()).isEmpty();
            }
        }
    }
}
