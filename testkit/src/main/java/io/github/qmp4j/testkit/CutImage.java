package io.github.qmp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * One image file as a {@link PowerCut} has left it. Two are equal if they are the same image and the same operations have reached
 * it, so that they hold the same; they may hold the same also where they are not equal. Immutable.
 */
public final class CutImage {
    private final Path path;
    private final byte[] before;
    private final WriteLog log;
    /** Indexes into the entries of the log. */
    private final BitSet kept;

    CutImage(Path path, byte[] before, WriteLog log, BitSet kept) {
        this.path = path;
        this.before = before;
        this.log = log;
        this.kept = kept;
    }

    /** Where the image was, and is put by {@link #restore()}. */
    public Path path() {
        return path;
    }

    /** What is in the file; made with each call. */
    public byte[] contents() {
        ImageBytes image = new ImageBytes(before);
        kept.stream().forEach(index -> log.replay(log.entries().get(index), image));
        return image.toArray();
    }

    /** Writes the file, in place of the one that is there, which no QEMU may have open. */
    public void restore() {
        try {
            Files.write(path, contents());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CutImage image
                && path.equals(image.path)
                && log == image.log
                && kept.equals(image.kept);
    }

    @Override
    public int hashCode() {
        return 31 * path.hashCode() + kept.hashCode();
    }

    /** For example {@code base.qcow2 after 17 operations}. */
    @Override
    public String toString() {
        return path.getFileName() + " after " + kept.cardinality() + " operations";
    }
}
