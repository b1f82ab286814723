package io.github.qmp4j.blockjobs.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * One line of the file: {@code CHECKSUM NUMBER put ID TEXT}, {@code CHECKSUM NUMBER remove ID}, or
 * {@code CHECKSUM NUMBER qmp4j-journal VERSION} as the first. The checksum is CRC-32C in eight hexadecimal digits, over what
 * follows its space. The number is one more than that of the line before, in sixteen hexadecimal digits.
 *
 * @param text empty for all but {@code put}
 */
record JournalLine(Verb verb, String id, String text) {
    private static final int CHECKSUM_LENGTH = 8;
    private static final int NUMBER_LENGTH = 16;
    private static final int RADIX = 16;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern ASCII = Pattern.compile("[ -\\x7f]*");
    private static final String VERSION = "2";
    private static final JournalLine HEADER = new JournalLine(Verb.HEADER, VERSION, "");

    /** A line in its place. */
    record Numbered(long number, JournalLine line) {}

    enum Verb {
        HEADER("qmp4j-journal"),
        PUT("put"),
        REMOVE("remove");

        final String word;

        Verb(String word) {
            this.word = word;
        }
    }

    static JournalLine header() {
        return HEADER;
    }

    /** Anything outside of printable ASCII would have to be escaped, and is for the caller to. */
    static JournalLine put(String id, String text) {
        if (!ID.matcher(id).matches() || !ASCII.matcher(text).matches()) {
            throw new IllegalArgumentException("a journal holds printable ASCII only, and this is none: " + id);
        }
        return new JournalLine(Verb.PUT, id, text);
    }

    static JournalLine remove(String id) {
        return new JournalLine(Verb.REMOVE, put(id, "").id(), "");
    }

    /** With its checksum and the end of the line. */
    byte[] bytes(long number) {
        String content =
                String.format(Locale.ROOT, "%016x %s %s", number, verb.word, id) + (verb == Verb.PUT ? " " + text : "");
        byte[] bytes = (" ".repeat(CHECKSUM_LENGTH + 1) + content + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] checksum = checksum(bytes, CHECKSUM_LENGTH + 1, bytes.length - 1);
        System.arraycopy(checksum, 0, bytes, 0, CHECKSUM_LENGTH);
        return bytes;
    }

    /** How many bytes it takes in the file. */
    int length() {
        return CHECKSUM_LENGTH
                + 1
                + NUMBER_LENGTH
                + verb.word.length()
                + id.length()
                + text.length()
                + (verb == Verb.PUT ? 4 : 3);
    }

    /** Reads the line between two places of the file; empty if its checksum is wrong. */
    static Optional<Numbered> parse(byte[] file, int from, int to) {
        int start = from + CHECKSUM_LENGTH + 1;
        if (to < start
                || file[start - 1] != ' '
                || !Arrays.equals(checksum(file, start, to), 0, CHECKSUM_LENGTH, file, from, from + CHECKSUM_LENGTH)) {
            return Optional.empty();
        }
        String[] words = new String(file, start, to - start, StandardCharsets.US_ASCII).split(" ", 4);
        for (Verb verb : Verb.values()) {
            if (words.length == (verb == Verb.PUT ? 4 : 3)
                    && words[0].length() == NUMBER_LENGTH
                    && verb.word.equals(words[1])) {
                JournalLine line = new JournalLine(verb, words[2], verb == Verb.PUT ? words[3] : "");
                return Optional.of(new Numbered(Long.parseUnsignedLong(words[0], RADIX), line));
            }
        }
        return Optional.empty();
    }

    private static byte[] checksum(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return String.format(Locale.ROOT, "%08x", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    }
}
