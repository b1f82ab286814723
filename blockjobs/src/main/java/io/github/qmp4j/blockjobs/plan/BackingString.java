package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.blockjobs.text.FileName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The text with which an overlay's header names its new backing file. It is always sent: left to itself QEMU writes a
 * {@code json:} text for a graph that was built node by node.
 */
public final class BackingString {
    private BackingString() {}

    /**
     * Names {@code base} for the header of {@code overlay}.
     *
     * @throws BlockChainException if no text can be written that QEMU would later read as that file
     */
    public static String of(BlockNode overlay, BlockNode base, BackingName name) {
        return fitting(
                overlay,
                base,
                switch (name) {
                    case AS_OPENED -> text(overlay, base);
                    case RELATIVE -> relative(overlay, base);
                    case ABSOLUTE -> absolute(overlay, base);
                });
    }

    private static String absolute(BlockNode overlay, BlockNode base) {
        return base.path()
                .filter(FileName::isWhole)
                .orElseThrow(() -> new BlockChainException(
                        "base %s was opened as '%s', which is no absolute name for the header of %s"
                                .formatted(base.label(), base.file(), overlay.label())));
    }

    private static String relative(BlockNode overlay, BlockNode base) {
        return base.path()
                .filter(file -> file.startsWith("/") || !new FileName(file).isTakenApart())
                .map(Path::of)
                .flatMap(file -> overlay.path()
                        .map(Path::of)
                        .filter(over -> over.isAbsolute() == file.isAbsolute())
                        .map(over -> below(Optional.ofNullable(over.getParent()).orElse(Path.of("")), file)))
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new BlockChainException(
                        "base %s ('%s') does not lie in the folder of %s or below it, so the header cannot name it relatively"
                                .formatted(base.label(), base.file(), overlay.label())));
    }

    /** The way down from a folder; empty if there is none. */
    private static String below(Path folder, Path file) {
        boolean isBelow = folder.toString().isEmpty() ? !file.startsWith("..") : file.startsWith(folder);
        return isBelow ? unparsed(folder.relativize(file).toString()) : "";
    }

    /** A name that QEMU would read as a protocol is no such with a folder before it. */
    private static String unparsed(String relative) {
        return new FileName(relative).isTakenApart() ? "./" + relative : relative;
    }

    /**
     * Names {@code base} for the header of a new image that may lie anywhere.
     *
     * @throws BlockChainException as above, and if the base was opened by a relative name
     */
    public static String ofAbsolute(BlockNode base) {
        String text = base.path()
                .filter(FileName::isWhole)
                .orElseThrow(() -> new BlockChainException(
                        "%s has no absolute plain name ('%s') that could be written into the header of a copy; make the target with qemu-img create -b, and ask for reuse (CopyRequest.withReuseExternal)"
                                .formatted(base.label(), base.file())));
        return fitting(base, base, text);
    }

    private static String fitting(BlockNode overlay, BlockNode base, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Quirks.LONGEST_BACKING_STRING) {
            throw new BlockChainException(
                    "the file name of base %s has %d bytes; the header of %s holds %d, and more would kill QEMU"
                            .formatted(base.label(), bytes, overlay.label(), Quirks.LONGEST_BACKING_STRING));
        }
        if (text.chars().anyMatch(character -> character < ' ')) {
            throw new BlockChainException(
                    "the file name of base %s holds a control character; it cannot be written into the header of %s"
                            .formatted(base.label(), overlay.label()));
        }
        return text;
    }

    private static String text(BlockNode overlay, BlockNode base) {
        if (new FileName(base.file()).isSelfContained() && base.path().isEmpty()) {
            return base.file();
        }
        String file = base.path()
                .orElseThrow(() -> new BlockChainException(
                        "base %s has no plain file name ('%s') that could be written into the header of %s"
                                .formatted(base.label(), base.file(), overlay.label())));
        if (FileName.isWhole(file)) {
            return file;
        }
        // QEMU has opened it relative to its own folder; a header is read relative to the overlay's.
        Path from = overlay.path()
                .map(Path::of)
                .filter(path -> !path.isAbsolute())
                .orElseThrow(() -> new BlockChainException(
                        "base %s was opened by the relative name '%s', which means something else in the header of %s"
                                .formatted(base.label(), file, overlay.label())));
        Path folder = Optional.ofNullable(from.getParent()).orElse(Path.of(""));
        return unparsed(folder.relativize(Path.of(file)).toString());
    }
}
