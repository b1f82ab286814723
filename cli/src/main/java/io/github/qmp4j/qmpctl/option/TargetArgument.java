package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.blockjobs.CopyTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The target of a copy, as a user writes it.
 *
 * @param text an absolute path, or {@code node:NAME}
 * @param reuse whether an existing target may be overwritten
 */
public record TargetArgument(String text, boolean reuse) {
    private static final String NODE = "node:";
    private static final int KIND = 0170000;
    private static final int BLOCK_DEVICE = 0060000;

    /** The target for the library. Throws {@link IllegalArgumentException} if it cannot be one. */
    public CopyTarget with(Optional<String> format) {
        if (text.startsWith(NODE)) {
            if (format.isPresent()) {
                throw new IllegalArgumentException("the node '%s' has its own format; leave --format out"
                        .formatted(text.substring(NODE.length())));
            }
            return new CopyTarget.Node(text.substring(NODE.length()));
        }
        String known = format.orElseThrow(() -> new IllegalArgumentException(
                "the target '%s' needs its format: add --format=FMT, for example qcow2 or raw".formatted(text)));
        if (!isBlockDevice()) {
            return new CopyTarget.File(text, known);
        }
        if (!reuse) {
            throw new IllegalArgumentException(
                    "the target '%s' is a block device, and all of it would be overwritten; add --reuse-external if you want that"
                            .formatted(text));
        }
        return new CopyTarget.BlockDevice(text, known);
    }

    /** In the file system of this process. If QEMU has another one, its own check refuses a path that exists. */
    private boolean isBlockDevice() {
        try {
            return Files.getAttribute(Path.of(text), "unix:mode") instanceof Integer mode
                    && (mode & KIND) == BLOCK_DEVICE;
        } catch (IOException | InvalidPathException | UnsupportedOperationException notToBeSeen) {
            return false;
        }
    }
}
