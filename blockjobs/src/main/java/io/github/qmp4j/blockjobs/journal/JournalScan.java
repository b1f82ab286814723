package io.github.qmp4j.blockjobs.journal;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from its beginning.
 *
 * <p>A process that is killed, or a machine that loses its power, leaves a last line that is not whole: it was never
 * acknowledged, and is not taken. One that lacks only its end is whole. Any other line with a wrong checksum is damage,
 * as is a number that is not the next one, and nothing is guessed about it. That whole lines are missing at the end nothing tells.
 */
final class JournalScan {
    private static final String REMEDY =
            "restore the file from a copy, or give another one and look up in QEMU what became of the jobs";

    private final Path path;
    private final byte[] file;
    private final JournalContents contents = new JournalContents();
    private int position;
    private int line = 1;
    private long next;

    private JournalScan(Path path, byte[] file) {
        this.path = path;
        this.file = file;
    }

    /**
     * What was read.
     *
     * @param whole how many bytes of the file hold whole lines
     * @param torn how many bytes follow them
     * @param next the number of the line to come
     * @param unended whether the last line lacks its end
     */
    record Found(JournalContents contents, long whole, long torn, long next, boolean unended) {}

    /** @param file all that the path holds */
    static Found read(Path path, byte[] file) throws JournalException {
        return new JournalScan(path, file).lines();
    }

    private Found lines() throws JournalException {
        for (int end = nextEnd(); end < file.length; end = nextEnd()) {
            take(JournalLine.parse(file, position, end).orElse(null));
            position = end + 1;
        }
        if (line == 1) {
            throw noStore();
        }
        for (int end = file.length; end >= Math.max(position, file.length - 1); end--) {
            Optional<JournalLine.Numbered> last = JournalLine.parse(file, position, end);
            if (last.isPresent()) {
                take(last.get());
                return new Found(contents, end, file.length - end, next, true);
            }
        }
        return new Found(contents, position, file.length - position, next, false);
    }

    private int nextEnd() {
        int end = position;
        while (end < file.length && file[end] != '\n') {
            end++;
        }
        return end;
    }

    /** @param found null for a line with a wrong checksum */
    private void take(JournalLine.@Nullable Numbered found) throws JournalException {
        if (line == 1) {
            requireHeader(found);
        }
        if (found == null) {
            throw new JournalException("line %d of the job store '%s' is damaged (its checksum is wrong); %s"
                    .formatted(line, path, REMEDY));
        }
        if (line > 1 && found.number() != next) {
            throw new JournalException(
                    "before line %d of the job store '%s' lines are missing (it has the number %d and not %d); %s"
                            .formatted(line, path, found.number(), next, REMEDY));
        }
        contents.apply(found.line());
        next = found.number() + 1;
        line++;
    }

    private void requireHeader(JournalLine.@Nullable Numbered first) throws JournalException {
        if (first == null || first.line().verb() != JournalLine.Verb.HEADER) {
            throw noStore();
        }
        if (!first.line().equals(JournalLine.header())) {
            throw new JournalException("'%s' was written by a newer version of qmp4j (format %s); use that version"
                    .formatted(path, first.line().id()));
        }
    }

    private JournalException noStore() {
        return new JournalException(
                "'%s' is no job store, or its first line is damaged, and it is left as it is; give another path, or restore it from a copy"
                        .formatted(path));
    }
}
