package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(600)
class QemuInstanceTest {
    private static QmpClient connect(RealQemu qemu) {
        return TestVm.get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
    }

    @Test
    void isTheSameForAllWhoAskOneQemuAndAnotherAfterARestart() {
        QemuInstance first;
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            try (QmpClient client = connect(qemu)) {
                CompletableFuture<QemuInstance> one = QemuInstance.of(client);
                CompletableFuture<QemuInstance> atOnce = QemuInstance.of(client);
                first = TestVm.get(one);
                assertThat(TestVm.get(atOnce)).isEqualTo(first);
            }
            try (QmpClient client = connect(qemu)) {
                assertThat(TestVm.get(QemuInstance.of(client)).isCertainly(first))
                        .isTrue();
            }
            // The second monitor reads the same marker, and there is one object.
            assertThat(qemu.oracle()
                            .execute("qom-get", "{\"path\":\"/objects/qmp4j-instance\",\"property\":\"identity\"}")
                            .asText())
                    .isEqualTo(first.marker().orElseThrow());
            assertThat(first.version()).isEqualTo(version(qemu));
            assertThat(first.monitor()).isEqualTo("unix:" + qemu.monitor());
        }
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = connect(qemu)) {
            QemuInstance second = TestVm.get(QemuInstance.of(client));
            assertThat(second.isCertainly(first)).isFalse();
            assertThat(second.isCertainlyNot(first)).isTrue();
        }
    }

    private static String version(RealQemu qemu) {
        var version = qemu.oracle().greeting().at("/QMP/version/qemu");
        return version.get("major").asInt() + "." + version.get("minor").asInt() + "."
                + version.get("micro").asInt();
    }

    @Test
    void provesNothingWithoutAMarker() {
        QemuInstance unmarked = new QemuInstance("unix:/a", "5.2.0", Optional.empty());
        QemuInstance marked = new QemuInstance("unix:/a", "5.2.0", Optional.of("m"));
        assertThat(unmarked.isCertainly(unmarked)).isFalse();
        assertThat(unmarked.isCertainlyNot(unmarked)).isFalse();
        assertThat(unmarked.isCertainly(marked)).isFalse();
        assertThat(marked.isCertainlyNot(unmarked)).isFalse();
        assertThat(unmarked.isCertainlyNot(new QemuInstance("unix:/a", "7.2.0", Optional.empty())))
                .isTrue();
        // Through a proxy, or by a name of another kind, it is the same one.
        assertThat(marked.isCertainly(new QemuInstance("tcp:127.0.0.1:1", "5.2.0", Optional.of("m"))))
                .isTrue();
    }
}
