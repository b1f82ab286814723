package io.github.qmp4j.blockjobs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The text by which an overlay's header names its new backing file. It is always sent: left to itself QEMU writes a
 * {@code json:} text for a graph that was built node by node.
 */
final class BackingString {
    private static final Pattern PROTOCOL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

    private BackingString() {}

    /**
     * Names {@code base} for the header of {@code overlay}.
     *
     * @throws BlockChainException if no text can be written that QEMU would later read as that file
     */
    static String of(BlockNode overlay, BlockNode base) {
        String text = text(overlay, base);
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
        String file = base.file();
        if (file.startsWith("/") || URL.matcher(file).matches()) {
            return file;
        }
        if (file.isEmpty() || PROTOCOL.matcher(file).matches()) {
            throw new BlockChainException(
                    "base %s has no plain file name ('%s') that could be written into the header of %s"
                            .formatted(base.label(), file, overlay.label()));
        }
        // QEMU has opened it relative to its own folder; a header is read relative to the overlay's.
        Path from = Optional.ofNullable(Path.of(overlay.file()).getParent()).orElse(Path.of(""));
        if (from.isAbsolute() || PROTOCOL.matcher(overlay.file()).matches()) {
            throw new BlockChainException(
                    "base %s was opened by the relative name '%s', which means something else in the header of %s"
                            .formatted(base.label(), file, overlay.label()));
        }
        String relative = from.relativize(Path.of(file)).toString();
        return PROTOCOL.matcher(relative).matches() ? "./" + relative : relative;
    }
}
