package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads a journal from its beginning.
 *
 * <p>A process that is killed, or a machine that loses its power, leaves a last line without its end: that line was never
 * acknowledged, and is not taken. Any other line that is not as it was written is damage, and nothing is guessed about it.
 */
final class JournalScan {
    private final Path path;
    private final byte[] file;
    private final JournalContents contents = new JournalContents();
    private int position;

    private JournalScan(Path path, byte[] file) {
        this.path = path;
        this.file = file;
    }

    /**
     * What was read.
     *
     * @param whole how many bytes of the file hold whole lines
     * @param torn how many bytes follow them
     */
    record Found(JournalContents contents, long whole, long torn) {}

    static Found read(Path path) throws IOException {
        return new JournalScan(path, Files.readAllBytes(path)).lines();
    }

    private Found lines() throws IOException {
        int number = 1;
        for (int end = nextEnd(); end < file.length; end = nextEnd()) {
            Optional<JournalLine> line = JournalLine.parse(file, position, end);
            if (number == 1) {
                requireHeader(line);
            }
            contents.apply(line.orElseThrow(damagedAt(number)));
            position = end + 1;
            number++;
        }
        if (number == 1) {
            requireHeader(Optional.empty());
        }
        return new Found(contents, position, file.length - position);
    }

    private int nextEnd() {
        int end = position;
        while (end < file.length && file[end] != '\n') {
            end++;
        }
        return end;
    }

    private void requireHeader(Optional<JournalLine> first) throws IOException {
        if (first.filter(JournalLine.header()::equals).isPresent()) {
            return;
        }
        if (first.filter(line -> line.verb() == JournalLine.Verb.HEADER).isPresent()) {
            throw new JournalException("'%s' was written by a newer version of qmp4j (format %s); use that version"
                    .formatted(path, first.orElseThrow().id()));
        }
        throw new JournalException(
                "'%s' is no job store, or its first line is damaged, and it is left as it is; give another path, or restore it from a copy"
                        .formatted(path));
    }

    private Supplier<JournalException> damagedAt(int number) {
        return () -> new JournalException(
                "line %d of the job store '%s' is damaged (its checksum is wrong); restore the file from a copy, or delete that line and look up in QEMU what became of its job"
                        .formatted(number, path));
    }
}
