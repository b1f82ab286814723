package io.github.qmp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@QemuVersions
@Timeout(300)
class TraceFileTest {
    @TempDir
    Path folder;

    private static QmpClient connect(Path socket, WireTrace trace) throws Exception {
        QmpOptions options = QmpOptions.defaults().withTrace(trace);
        return QmpClient.connect(new QmpAddress.Unix(socket), options).get(3, TimeUnit.MINUTES);
    }

    private static QmpCommand<?> addSecret(String value) {
        return QmpCommand.of("object-add")
                .with("qom-type", "secret")
                .with("id", "sec0")
                .with("data", value);
    }

    /** What QEMU itself holds as the secret's value is the proof that only the trace was altered. */
    @Test
    void realSessionIsTracedBothWaysAndItsSecretReachesQemuOnly() throws Exception {
        Path file = folder.resolve("trace");
        try (RealQemu qemu = RealQemu.builder().start();
                TraceFile trace = new TraceFile(file)) {
            try (QmpClient client = connect(qemu.monitor(), trace)) {
                client.execute(addSecret("hunter2")).get(3, TimeUnit.MINUTES);
                QmpCommand<?> read =
                        QmpCommand.of("qom-get").with("path", "/objects/sec0").with("property", "data");
                assertThat(client.execute(read).get(3, TimeUnit.MINUTES)).hasToString("\"hunter2\"");
            }
            assertThat(qemu.oracle()
                            .execute("qom-get", "{\"path\":\"/objects/sec0\",\"property\":\"data\"}")
                            .asText())
                    .isEqualTo("hunter2");
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines)
                .allMatch(line -> line.matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z (->|<-) unix:\\S+#\\d+ \\{.*}"))
                .noneMatch(line -> line.contains("hunter2"));
        assertThat(lines.stream().map(line -> line.split(" ", 4)[1]))
                .containsExactly("<-", "->", "<-", "->", "<-", "->", "<-");
        assertThat(lines.get(0)).contains("{\"QMP\":{");
        assertThat(lines.get(3)).contains("\"data\":\"***\"");
        assertThat(lines.get(6)).contains("\"return\":\"***\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void fileThatCannotBeWrittenHarmsNothingAndIsTriedAgain() throws Exception {
        Path file = folder.resolve("missing").resolve("trace");
        try (FakeQemu qemu = FakeQemu.responding().on("query-version", "{}").start();
                TraceFile trace = new TraceFile(file);
                QmpClient client = connect(qemu.socket(), trace)) {
            QmpCommand<?> command = QmpCommand.of("query-version");
            client.execute(command).get(3, TimeUnit.MINUTES);
            Files.createDirectory(file.getParent());
            await().untilAsserted(() -> {
                client.execute(command).get(3, TimeUnit.MINUTES);
                assertThat(file)
                        .content()
                        .contains("query-version")
                        // On a busy machine the first batch may be tried only now, and then nothing is missing.
                        .containsPattern("-- \\d+ messages are missing about here\n|<- \\S+ \\{\"QMP\"");
            });
        }
    }

    @Test
    void traceThatThrowsHarmsNothing() throws Exception {
        WireTrace broken = (time, direction, connection, json) -> {
            throw new IllegalStateException("broken on purpose");
        };
        try (FakeQemu qemu = FakeQemu.responding().on("query-version", "{}").start();
                QmpClient client = connect(qemu.socket(), broken)) {
            client.execute(QmpCommand.of("query-version")).get(3, TimeUnit.MINUTES);
        }
    }

    @Test
    void diskThatHangsHoldsUpNobodyAndTheMemoryIsBounded() {
        // R6
        CountDownLatch hangs = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        AtomicLong toldLost = new AtomicLong();
        TraceQueue queue = new TraceQueue((lines, lost) -> {
            join(hangs);
            toldLost.addAndGet(lost);
            written.addAndGet(lines.length() >> 20);
            return true;
        });
        String mebibyte = "x".repeat(1 << 20);
        for (int i = 0; i < 100; i++) {
            queue.offer(mebibyte);
        }
        hangs.countDown();
        queue.close();
        assertThat(written).hasValue(16);
        assertThat(toldLost).hasValue(84);
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
