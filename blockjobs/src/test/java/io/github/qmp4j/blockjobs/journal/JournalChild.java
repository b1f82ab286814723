package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/** A process that has a journal open: says so, and then waits for the end of its input, or writes until it is killed. */
final class JournalChild {
    static final long COMPACT_FROM = 16 << 10;
    static final int WRITERS = 4;
    static final int IDS = 7;
    private static final int LONGEST = 600;

    private JournalChild() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        try (Journal journal = Journal.open(Path.of(arguments[1]), COMPACT_FROM)) {
            out.println("open");
            switch (arguments[0]) {
                case "hold" -> System.in.transferTo(PrintStream.nullOutputStream());
                case "fill" -> fill(journal, out, 10_000);
                case "few" -> fill(journal, out, 5);
                default -> write(journal, out, Long.parseLong(arguments[2]));
            }
        } catch (JournalException e) {
            out.println("refused: " + e.getMessage());
        }
    }

    /** Each thread has ids of its own, and says after each record that it has returned. */
    private static void write(Journal journal, PrintStream out, long seed) {
        CompletableFuture.allOf(IntStream.range(0, WRITERS)
                        .mapToObj(writer -> CompletableFuture.runAsync(
                                () -> write(journal, out, writer, new Random(seed + writer)),
                                task -> new Thread(task).start()))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static void write(Journal journal, PrintStream out, int writer, Random random) {
        for (int number = 1; number < Integer.MAX_VALUE; number++) {
            String id = id(writer, number);
            if (random.nextInt(10) == 0) {
                journal.remove(id).join();
                out.println(id + " " + number + " removed");
            } else {
                journal.put(id, number + " " + "x".repeat(random.nextInt(LONGEST)) + ".")
                        .join();
                out.println(id + " " + number + " put");
            }
        }
    }

    static String id(int writer, int number) {
        return "w" + writer + "-" + number % IDS;
    }

    /** Writes so many records, or until there is no room. */
    private static void fill(Journal journal, PrintStream out, int records) {
        for (int number = 1; number <= records; number++) {
            String id = "id" + number;
            try {
                journal.put(id, "y".repeat(LONGEST)).join();
                out.println(id);
            } catch (CompletionException e) {
                out.println("full: " + Objects.requireNonNull(e.getCause()).getMessage());
                break;
            }
        }
    }
}
