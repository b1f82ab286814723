package io.github.qmp4j.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SocketHoldersTest {
    private static final String HEAD = "Num       RefCount Protocol Flags    Type St Inode Path";
    private static final String OURS = "/run/vm one.sock";

    @Test
    void theStatesOfTheSocketsWithThisPathTellWhoHoldsIt() {
        // proc(5): state 03 is a connection that was accepted, 02 one that waits to be, 01 the listener
        assertThat(holders(line("01", OURS), line("03", OURS), line("02", OURS)))
                .isEqualTo(SocketHolders.ANOTHER);
        assertThat(holders(line("01", OURS), line("02", OURS))).isEqualTo(SocketHolders.NOBODY);
        assertThat(holders(line("01", OURS), line("03", OURS))).isEqualTo(SocketHolders.US);
        assertThat(holders(line("01", OURS))).isEqualTo(SocketHolders.UNKNOWN);
    }

    @Test
    void socketsOfOtherPathsAndOfNoneDoNotMatter() {
        assertThat(holders(
                        line("03", OURS + "2"), line("02", "/run/vm"), "0000: 00000003 00000000 00000000 0001 03 77"))
                .isEqualTo(SocketHolders.UNKNOWN);
    }

    @Test
    void aPathBeyondAsciiIsFoundInTheTableReadByteByByte() {
        // "ü" in UTF-8, each byte a character
        assertThat(SocketHolders.of(List.of(HEAD, line("02", "/run/\u00c3\u00bc")), Path.of("/run/\u00fc")))
                .isEqualTo(SocketHolders.NOBODY);
    }

    private static SocketHolders holders(String... lines) {
        List<String> table = Stream.concat(Stream.of(HEAD), Stream.of(lines)).toList();
        return SocketHolders.of(table, Path.of(OURS));
    }

    private static String line(String state, String path) {
        return "0000000000000000: 00000002 00000000 00010000 0001 " + state + " 12345 " + path;
    }
}
