package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.file.LocalFiles;
import io.github.qmp4j.blockjobs.file.NoFiles;
import java.io.IOException;
import java.util.Optional;

/**
 * Files of QEMU's file system, where they are files of this program too. The job layer believes none of it unproved: before
 * it deletes or trusts a file it makes a new one beside it and lets QEMU open that.
 *
 * <p>All paths are absolute, and as QEMU has them. The methods may block; they are called on daemon threads
 * of the library. Each throws {@link IOException} with a message that says why.
 */
public interface FileAccess {

    /** No access: whatever needs it is refused. */
    static FileAccess none() {
        return NoFiles.NONE;
    }

    /**
     * The files of this machine, for a QEMU that runs on it and has the folders of its images in the same places. A copy onto an
     * existing file or block device is refused where Linux shows that this machine uses it: as a mount, as swap, by a loop device,
     * or by a device that stands on it. A program that only has it open is not seen, and neither is a mount in another namespace.
     */
    static FileAccess local() {
        return new LocalFiles();
    }

    /** Makes a file of zeroes, which must not exist; it takes no room where the file system can do that. */
    void create(String path, long bytes) throws IOException;

    /** Reads so many bytes from an offset on; fewer at the end of the file. */
    byte[] read(String path, long offset, int length) throws IOException;

    /** The same file by the path that goes through no symbolic link. */
    String resolve(String path) throws IOException;

    /** The file that a path leads to, through symbolic links. */
    RealFile look(String path) throws IOException;

    /**
     * What else on this machine uses a file or a block device, as the end of a sentence about it: "is mounted at '/home'". A copy
     * onto what exists is refused then. Empty where nothing is known of a use.
     */
    default Optional<String> use(String path) throws IOException {
        return Optional.empty();
    }

    /**
     * Deletes a file. It must fail where the path itself is no longer this regular file, where the file has another name too,
     * and where some process holds it locked as QEMU locks its images.
     */
    void delete(String path, RealFile file) throws IOException;
}
