package io.github.qmp4j.process;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A temporary folder that only this user may enter, for the socket of one monitor. */
record PrivateFolder(Path path) {
    private static final String SOCKET = "qmp.sock";

    static PrivateFolder create() throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        return new PrivateFolder(Files.createTempDirectory("qmp4j-", attributes).toRealPath());
    }

    Path socket() {
        return path.resolve(SOCKET);
    }

    /** Does nothing where it has gone already. */
    void delete() throws IOException {
        Files.deleteIfExists(socket());
        Files.deleteIfExists(path);
    }
}
