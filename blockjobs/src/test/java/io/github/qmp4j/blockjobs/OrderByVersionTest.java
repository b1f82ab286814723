package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order QEMU tells what happens to a job, and answers: no order may be relied on. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OrderByVersionTest {
    private static RealQemu withTwoNodes() {
        return RealQemu.builder()
                .machine("none")
                .blockdev("driver=null-co,node-name=one,size=1048576")
                .blockdev("driver=null-co,node-name=two,size=1048576")
                .start();
    }

    /** How a job ends that has nothing to do; {@link ShortJobTest} lives through many of them. */
    @Test
    void answersTheStartOfAPullOfNothingInItsMidstOrAfterItsEnd() {
        try (RealQemu qemu = withTwoNodes();
                Wire wire = new Wire(qemu.monitor())) {
            List<String> told =
                    wire.exchange("{'execute':'block-stream','arguments':{'job-id':'j','device':'one'}}", "null");

            assertThat(told)
                    .containsExactlyElementsOf(
                            Release.of(qemu).isBefore(Release.V7_2)
                                    ? List.of(
                                            "created",
                                            "running",
                                            Wire.REPLY,
                                            "waiting",
                                            "pending",
                                            "COMPLETED",
                                            "concluded",
                                            "null")
                                    : List.of(
                                            "created",
                                            "running",
                                            "waiting",
                                            "pending",
                                            "COMPLETED",
                                            "concluded",
                                            "null",
                                            Wire.REPLY));
        }
    }

    /** The COMPLETED of 5.2 switches nothing. */
    @Test
    void completesOrCancelsAReadyCopyWhenQemuQuits() {
        try (RealQemu qemu = withTwoNodes();
                Wire wire = new Wire(qemu.monitor())) {
            Release release = Release.of(qemu);
            wire.exchange(
                    "{'execute':'blockdev-mirror','arguments':{'job-id':'j','device':'one','target':'two','sync':'full'}}",
                    "READY");
            List<String> told = wire.exchange("{'execute':'quit'}", Wire.EOF);

            // QEMU's own pauses.
            told.removeAll(List.of("ready", "standby"));
            assertThat(told)
                    .containsExactlyElementsOf(
                            release.isBefore(Release.V7_2)
                                    ? List.of(
                                            Wire.REPLY,
                                            "SHUTDOWN",
                                            "waiting",
                                            "pending",
                                            "COMPLETED",
                                            "concluded",
                                            "null",
                                            Wire.EOF)
                                    : List.of(
                                            "SHUTDOWN",
                                            "aborting",
                                            "CANCELLED",
                                            "concluded",
                                            "null",
                                            Wire.REPLY,
                                            Wire.EOF));
        }
    }
}
