package io.github.qmp4j.transport;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flags are judged by the kernel: by what it shows in {@code /proc/self/fdinfo} and does to the file. */
class OpenFlagsTest {
    private static final int ACCESS = 3;
    private static final int APPENDS = 02000;
    private static final int CLOSE_ON_EXEC = 02000000;

    @TempDir
    private Path folder;

    @Test
    void accessIsWhatTheOptionsSay() throws IOException {
        assertThat(kernelsFlags() & ACCESS).isZero();
        assertThat(kernelsFlags(READ) & ACCESS).isZero();
        assertThat(kernelsFlags(WRITE) & ACCESS).isEqualTo(1);
        assertThat(kernelsFlags(READ, WRITE) & ACCESS).isEqualTo(2);
        assertThat(kernelsFlags(APPEND) & (ACCESS | APPENDS)).isEqualTo(1 | APPENDS);
    }

    @Test
    void noChildProcessInheritsIt() throws IOException {
        assertThat(kernelsFlags() & CLOSE_ON_EXEC).isNotZero();
    }

    @Test
    void filesAreMadeAndEmptiedOnlyWhenWriting() throws IOException {
        Path old = Files.writeString(folder.resolve("old"), "text");
        OwnedDescriptor.open(old, READ, TRUNCATE_EXISTING).close();
        assertThat(old).hasContent("text");
        OwnedDescriptor.open(old, WRITE, TRUNCATE_EXISTING).close();
        assertThat(old).isEmptyFile();
        OwnedDescriptor.open(folder.resolve("größe"), WRITE, CREATE_NEW).close();
        assertThat(folder.resolve("größe")).isEmptyFile();
        OwnedDescriptor.open(folder.resolve("new"), WRITE, CREATE).close();
        assertThatThrownBy(() -> OwnedDescriptor.open(folder.resolve("new"), WRITE, CREATE_NEW))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void anOptionWithoutAFlagIsRefused() {
        for (OpenOption option : new OpenOption[] {DELETE_ON_CLOSE, NOFOLLOW_LINKS}) {
            assertThatThrownBy(() -> OpenFlags.of(option))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining(option.toString());
        }
    }

    private int kernelsFlags(OpenOption... options) throws IOException {
        Path file = folder.resolve("file");
        if (Files.notExists(file)) {
            Files.createFile(file);
        }
        try (OwnedDescriptor descriptor = OwnedDescriptor.open(file, options)) {
            String number = Integer.toString(descriptor.use(each -> each, -1));
            for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", number))) {
                if (line.startsWith("flags:")) {
                    return Integer.parseInt(line.substring("flags:".length()).strip(), 8);
                }
            }
            throw new AssertionError("no flags of " + descriptor);
        }
    }
}
