package io.github.qmp4j.blockjobs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is wrong with a path, or with a disk, is said in one sentence with what to do. */
@Timeout(300)
class JournalRefusalTest {
    private final TempFolder folder = TempFolder.create("journal");
    private final Path file = folder.resolve("jobs");

    @AfterEach
    void clean() {
        folder.close();
    }

    private static void refused(Path path, String... words) {
        assertThatThrownBy(() -> Journal.open(path))
                .isInstanceOf(JournalException.class)
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aMissingFolder() {
        refused(folder.resolve("none").resolve("jobs"), "none' does not exist", "make it first");
    }

    @Test
    void aFolderThatIsAFile() throws IOException {
        Files.createFile(file);
        refused(file.resolve("jobs"), "jobs/jobs' cannot be opened", "Not a directory", "give another path");
    }

    @Test
    void aFileThatOthersMayRead() throws IOException {
        Journal.open(file).close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused(file, file + "' has the mode rw-r--r-- and must have rw-------", "chmod 600");
    }

    @Test
    void aSymbolicLink() throws IOException {
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));
        refused(file, file + "' is a symbolic link", "give the path that it leads to");
        Files.delete(file);
        Files.delete(folder.resolve("jobs.lock"));
        Files.createSymbolicLink(folder.resolve("jobs.lock"), folder.resolve("elsewhere"));
        refused(file, file + "' cannot be opened", "symbolic links");
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void aFileThatIsTooLargeToRead() throws IOException {
        Journal.open(file).close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 1L << 33);
        }
        refused(file, file + "' has 8589934593 bytes", "give another path");
        Files.delete(file);
        Journal.open(file).close();
    }

    @Test
    void aFolder() throws IOException {
        Files.createDirectory(file);
        refused(file, file + "' is no regular file", "give another path");
    }

    @Test
    void aFolderThatMayNotBeWrittenTo() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
        // Root may write anywhere but where nobody may.
        boolean everywhere = Files.isWritable(closed);
        refused(
                everywhere ? Path.of("/proc/self/jobs") : closed.resolve("jobs"),
                "cannot be opened",
                "give another path");
    }

    @Test
    void fitsWhereTheFolderIsALinkAndIsOneStoreByBothNames() throws IOException {
        Path other = Files.createSymbolicLink(folder.resolve("other"), folder.path());
        try (Journal journal = Journal.open(file)) {
            assertThat(journal.all()).isEmpty();
            refused(other.resolve("jobs"), "in use by this process");
        }
    }

    /** The limit on the size of a file stands in for a full disk where no file system can be mounted. */
    @Test
    void aFileThatMayNotGrow() throws Exception {
        try (Jvm child =
                Jvm.startBehind(List.of("/bin/sh", "-c", "ulimit -f 20; exec \"$@\"", "sh"), "fill", file.toString())) {
            requireFull(child.rest(), "File too large");
        }
    }

    @Test
    void aFullDisk() throws Exception {
        try (Jvm child = Jvm.startBehind(onSmallDisk("exec \"$@\""), "fill", file.toString())) {
            List<String> said = child.rest();
            assertThat(said).isNotEmpty();
            assertThat(said.get(said.size() - 1))
                    .contains("could not be written to: No space left on device; mend that");
        }
    }

    /** What runs a command where the folder is a small file system; root may do that also where nobody else may. */
    private List<String> onSmallDisk(String command) throws Exception {
        String mount = "mount -t tmpfs -o size=64k none " + folder.path() + " && ";
        for (String namespaces : List.of("-Urm", "-m")) {
            Process tried = new ProcessBuilder("unshare", namespaces, "/bin/sh", "-c", mount + "true").start();
            if (tried.waitFor(10, TimeUnit.SECONDS) && tried.exitValue() == 0) {
                return List.of("unshare", namespaces, "/bin/sh", "-c", mount + command, "sh");
            }
        }
        return assumeMounts();
    }

    private static List<String> assumeMounts() {
        assumeTrue(false, "no namespace for a small disk");
        return List.of();
    }

    private void requireFull(List<String> said, String why) throws Exception {
        assertThat(said).hasSizeGreaterThan(5);
        assertThat(said.get(0)).isEqualTo("open");
        assertThat(said.get(said.size() - 1))
                .isEqualTo("full: the job store '" + file + "' could not be written to: " + why
                        + "; mend that, and the next record is written again");
        try (Journal journal = Journal.open(file)) {
            assertThat(journal.all().keySet()).containsAll(said.subList(1, said.size() - 1));
        }
    }
}
