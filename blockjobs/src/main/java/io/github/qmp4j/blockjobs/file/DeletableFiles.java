package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.RealFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of images that may be deleted once QEMU has let go of them: QEMU's locks were seen on the very file, it has no
 * other name, and nothing is kept in it or beside it that the guest's disk does not show. All methods block.
 */
final class DeletableFiles {
    /** Those that keep no more than a disk, in one file. */
    private static final Set<String> PLAIN = Set.of("qed", "qcow");

    private final FileAccess files;

    /** By path, as they were seen while QEMU had them open; touched by one step after another. */
    private final Map<String, RealFile> seen = new HashMap<>();

    DeletableFiles(FileAccess files) {
        this.files = files;
    }

    /**
     * Looks at the file of an image that QEMU has open, and keeps which one it is.
     *
     * @return why it may not be deleted, as the end of a sentence about it; empty if it may
     */
    Optional<String> doubt(String path, String driver) {
        try {
            RealFile now = files.look(path);
            Optional<String> file = notOpen(now).or(() -> another(path, now)).or(() -> named(now));
            Optional<String> doubt = file.isPresent() ? file : contents(path, driver);
            if (doubt.isEmpty()) {
                seen.put(path, now);
            }
            return doubt;
        } catch (IOException e) {
            return Optional.of("it cannot be looked at: " + SharedFolder.reason(e));
        }
    }

    /** A lock on it is what shows that QEMU has this file and not another one, of which the path was only the name. */
    private static Optional<String> notOpen(RealFile now) {
        if (now.openings().isEmpty()) {
            return Optional.of(
                    "QEMU's locks cannot be seen here, so it is not proved to be the file that QEMU has open");
        }
        return now.openings().getAsInt() == 0
                ? Optional.of("it holds no lock of QEMU's, so it is not the file that QEMU has open")
                : Optional.empty();
    }

    private Optional<String> another(String path, RealFile now) {
        return Optional.ofNullable(seen.get(path))
                .filter(before -> !before.isSameFile(now))
                .map(before -> "it is another file than before");
    }

    private static Optional<String> named(RealFile now) {
        if (!now.direct()) {
            return Optional.of("it is a symbolic link");
        }
        return now.names() == 1
                ? Optional.empty()
                : Optional.of("the file has %d names (hard links)".formatted(now.names()));
    }

    private Optional<String> contents(String path, String driver) throws IOException {
        if (PLAIN.contains(driver)) {
            return Optional.empty();
        }
        if (!driver.equals("qcow2")) {
            return Optional.of("it cannot be seen what an image of format %s keeps besides the disk".formatted(driver));
        }
        try {
            ImageHeader header = ImageHeader.read(files.read(path, 0, ImageHeader.LONGEST));
            return header.snapshots() > 0
                    ? Optional.of("it holds %d internal snapshots".formatted(header.snapshots()))
                    : header.dataFile().map("its data are in another file, '%s'"::formatted);
        } catch (BlockChainException e) {
            return Optional.of("it " + e.getMessage());
        }
    }

    /** Deletes the file that was seen; gives why it is not deleted, and empty if it is. */
    Optional<String> delete(String path, String driver) {
        RealFile open = seen.get(path);
        if (open == null) {
            return Optional.of("it was not seen to be the file that QEMU had open");
        }
        try {
            Optional<String> doubt = contents(path, driver);
            if (doubt.isEmpty()) {
                files.delete(path, open);
            }
            return doubt;
        } catch (IOException e) {
            return Optional.of(SharedFolder.reason(e));
        }
    }
}
