package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What a file must be like that holds what one owner has done: regular, no link, and closed to other users. */
final class PrivateFile {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-------");

    private PrivateFile() {}

    /** Mode 0600, for a file that is about to be made; nothing where the system has no modes. */
    static FileAttribute<?>[] attributes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(MODE)}
                : new FileAttribute<?>[0];
    }

    /**
     * The same path, with its folder by its real name.
     *
     * @throws JournalException if there is no such folder
     */
    static Path located(Path path) throws JournalException {
        Path absolute = path.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        if (folder == null) {
            throw new JournalException("'%s' cannot be a job store; give the path of a file".formatted(path));
        }
        try {
            return folder.toRealPath().resolve(absolute.getFileName());
        } catch (NoSuchFileException e) {
            throw new JournalException(
                    "the job store '%s' has no folder: '%s' does not exist; make it first".formatted(path, folder), e);
        } catch (IOException e) {
            throw new JournalException(
                    "the job store '%s' cannot be opened: its folder '%s' cannot be entered (%s)"
                            .formatted(path, folder, e),
                    e);
        }
    }

    /**
     * Whether the file exists; if so, it has been checked to be private and regular.
     *
     * @throws JournalException if it is not
     */
    static boolean exists(Path path) throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        }
        if (found.isSymbolicLink()) {
            throw new JournalException(
                    "the job store '%s' is a symbolic link, and would be replaced by a file; give the path that it leads to"
                            .formatted(path));
        }
        if (!found.isRegularFile()) {
            throw new JournalException("'%s' is no regular file, so no job store; give another path".formatted(path));
        }
        requireOneName(path);
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view != null) {
            requirePrivate(path, view.readAttributes().permissions());
        }
        return true;
    }

    private static void requirePrivate(Path path, Set<PosixFilePermission> permissions) throws IOException {
        if (!permissions.equals(MODE)) {
            throw new JournalException("the job store '%s' has the mode %s and must have rw-------; run chmod 600 on it"
                    .formatted(path, PosixFilePermissions.toString(permissions)));
        }
    }

    /** @throws JournalException if it has another name, under which another process may own it */
    static void requireOneName(Path path) throws IOException {
        boolean isTold = path.getFileSystem().supportedFileAttributeViews().contains("unix");
        if (isTold && (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
            throw new JournalException(
                    "the job store '%s' has another name too (a hard link); remove that one".formatted(path));
        }
    }

    /** What tells it from another file of the same path. */
    static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key == null ? path : key;
    }
}
