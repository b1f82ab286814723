package io.github.qmp4j.qmpctl.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** A private temporary folder for the images of the demo. */
record DemoFolder(Path path) {

    static DemoFolder create() throws IOException {
        return new DemoFolder(Files.createTempDirectory(
                        "qmpctl-demo-",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                .toRealPath());
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** The folder holds files only. */
    void delete() throws IOException {
        List<Path> files;
        try (Stream<Path> listing = Files.list(path)) {
            files = listing.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(path);
    }
}
