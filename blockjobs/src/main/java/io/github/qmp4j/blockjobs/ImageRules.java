package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.TargetPath;
import java.util.List;
import java.util.Set;

/**
 * What QEMU may be made to open for the target of a copy, for images that others have had in their hands: an image names other
 * files in its header, and QEMU opens those too.
 *
 * <p>With rules, an existing target and all that its headers name is read by this program
 * ({@link BlockJobOptions#files()}) before QEMU is given its name. A copy is refused if a file lies elsewhere, is behind a
 * symbolic link, needs another driver, is named by anything else than a path, or cannot be read: only raw and qcow2 can. It is
 * also refused if a folder is not proved to be the same for QEMU and for this program. Of a block device only raw is taken. A
 * node that the caller has added is not looked at: QEMU has opened it already.
 *
 * <p>Who can write to these folders can still exchange a file between the look and the opening.
 *
 * @param folders absolute paths in QEMU's file system; an image lies in one of them, or below
 * @param drivers the formats and protocols, for example {@code qcow2}, {@code raw}, {@code file} and {@code host_device}
 */
public record ImageRules(List<String> folders, Set<String> drivers) {

    public ImageRules {
        folders = List.copyOf(folders);
        drivers = Set.copyOf(drivers);
        for (String folder : folders) {
            if (!TargetPath.normalized(folder).equals(folder)) {
                throw new IllegalArgumentException(
                        "the folder '%s' is no absolute path without dots and double slashes".formatted(folder));
            }
        }
    }

    public static ImageRules of(List<String> folders, String... drivers) {
        return new ImageRules(folders, Set.of(drivers));
    }
}
