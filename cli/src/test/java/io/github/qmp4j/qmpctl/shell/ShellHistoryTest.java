package io.github.qmp4j.qmpctl.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellHistoryTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "object-add qom-type=secret id=s data=letmein",
                "object-add {\"qom-type\":\"x\",\"id\":\"s\",\"data\":\"letmein\"}",
                "set_password protocol=vnc password=letmein",
                "change-vnc-password password=letmein",
                "blockdev-add {\"driver\":\"luks\",\"key-secret\":\"s\"}",
                "human-monitor-command command-line=\"x\"",
                "send-key keys=[]",
            })
    void whatMayHoldASecretIsNotKept(String line) {
        assertThat(ShellHistory.mayHoldSecret(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"query-status", "block-commit device=virtio0 top-node=snap2", "object-add qom-type=iothread id=i"
            })
    void everythingElseIs(String line) {
        assertThat(ShellHistory.mayHoldSecret(line)).isFalse();
    }

    @Test
    void theFileIsItsOwnersOnly(@TempDir Path folder) throws IOException {
        Path file = ShellHistory.file(
                        Map.of("XDG_STATE_HOME", folder.resolve("state").toString()))
                .orElseThrow();
        assertThat(file).isEqualTo(folder.resolve("state/qmpctl/history"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(ShellHistory.file(Map.of("HOME", folder.toString())))
                .contains(folder.resolve(".local/state/qmpctl/history"));
        assertThat(ShellHistory.file(Map.of("XDG_STATE_HOME", file.toString()))).isEmpty();
    }
}
