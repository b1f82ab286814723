package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the other tests rest on. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FixtureTest {
    /** So that a deprecated command or argument of ours fails every test that uses it. */
    @Test
    void qemuRejectsWhatIsDeprecated() {
        try (TestVm vm = TestVm.start()) {
            vm.assumeKnows("-compat");
            assertThatThrownBy(() -> vm.ask(
                            "block-commit", "{\"job-id\":\"x\",\"device\":\"active\",\"base\":\"b\",\"top\":\"t\"}"))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("Deprecated parameter")
                    .hasMessageContaining("disabled by policy");
        }
    }
}
