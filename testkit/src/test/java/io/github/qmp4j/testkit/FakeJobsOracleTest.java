package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plays the same commands to {@link FakeJobs} and to the QEMU of this machine: both must say the same. */
@QemuVersions
@Timeout(300)
class FakeJobsOracleTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final long SIZE = 4 << 20;

    private final TempFolder folder = TempFolder.create("oracle");

    @AfterEach
    void clean() {
        folder.close();
    }

    @Test
    void saysWhatQemuSays() {
        DiskImages images = new DiskImages(folder.path());
        var base = images.create("base.qcow2", "qcow2", SIZE);
        images.write(base, "qcow2", 1, 0, SIZE);
        var top = images.overlay("top.qcow2", base, "qcow2");
        var target = images.create("target.qcow2", "qcow2", SIZE);
        List<String> real;
        try (RealQemu qemu = RealQemu.builder()
                        .disk("d", "top", top, "qcow2")
                        .blockdev("driver=qcow2,node-name=target,file.driver=file,file.filename=" + target)
                        .start();
                RawMonitor monitor = RawMonitor.connect(qemu.monitor(), LONG)) {
            // With bottom, in 6.0, came that a job in standby can be completed.
            assumeTrue(qemu.knows("block-stream/arg/bottom"), qemu.doesNotKnow("block-stream/arg/bottom"));
            real = play(monitor, () -> {});
        }
        try (FakeJobs jobs = FakeJobs.start(FakeQemu.responding());
                RawMonitor monitor = RawMonitor.connect(jobs.qemu().socket(), LONG)) {
            assertThat(play(monitor, () -> {
                        jobs.awaitJob("m", LONG);
                        jobs.progress("m", 0, SIZE);
                        jobs.finish("m");
                    }))
                    .containsExactlyElementsOf(real);
        }
    }

    private static List<String> play(RawMonitor monitor, Runnable copyAll) {
        List<String> said = new ArrayList<>();
        String stream = "{\"device\":\"top\",\"job-id\":\"s\",\"speed\":65536,\"auto-dismiss\":false}";
        said.add(ask(monitor, "block-stream", stream));
        said.add(ask(monitor, "job-pause", "{\"id\":\"s\"}"));
        monitor.awaitEvent("JOB_STATUS_CHANGE", has("paused"), LONG);
        said.add(ask(monitor, "job-pause", "{\"id\":\"s\"}"));
        said.add(ask(monitor, "block-job-cancel", "{\"device\":\"s\"}"));
        said.add(ask(monitor, "job-resume", "{\"id\":\"s\"}"));
        said.add(ask(monitor, "job-complete", "{\"id\":\"s\"}"));
        said.add(ask(monitor, "job-cancel", "{\"id\":\"s\"}"));
        monitor.awaitEvent("JOB_STATUS_CHANGE", has("concluded"), LONG);
        said.add(entries(monitor));
        said.add(ask(monitor, "job-dismiss", "{\"id\":\"s\"}"));
        said.add(
                ask(
                        monitor,
                        "blockdev-mirror",
                        "{\"device\":\"top\",\"target\":\"target\",\"sync\":\"full\",\"job-id\":\"m\",\"auto-dismiss\":false}"));
        copyAll.run();
        monitor.awaitEvent("BLOCK_JOB_READY", data -> true, LONG);
        said.add(entries(monitor));
        said.add(ask(monitor, "job-pause", "{\"id\":\"m\"}"));
        said.add(ask(monitor, "job-complete", "{\"id\":\"m\"}"));
        said.add(ask(monitor, "job-resume", "{\"id\":\"m\"}"));
        monitor.awaitEvent("JOB_STATUS_CHANGE", has("concluded"), LONG);
        said.add(entries(monitor));
        said.add(ask(monitor, "job-dismiss", "{\"id\":\"m\"}"));
        said.add(ask(monitor, "job-dismiss", "{\"id\":\"m\"}"));
        monitor.events().stream()
                .filter(event -> event.path("event").asText().contains("JOB"))
                .forEach(event -> said.add(event.path("event").asText() + without(event.path("data"))));
        return said;
    }

    private static Predicate<JsonNode> has(String status) {
        return data -> data.path("status").asText().equals(status);
    }

    private static String ask(RawMonitor monitor, String command, String arguments) {
        try {
            return command + without(monitor.execute(command, arguments));
        } catch (QmpErrorException refused) {
            return command + ": " + refused.errorClass() + ": " + refused.desc();
        }
    }

    private static String entries(RawMonitor monitor) {
        return without(monitor.execute("query-jobs").path(0))
                + without(monitor.execute("query-block-jobs").path(0));
    }

    /** How far a stream came is a matter of time, and from 8.2 on QEMU tells one thing more of a mirror; everything else is the same. */
    private static String without(JsonNode said) {
        if (said instanceof ObjectNode object) {
            ObjectNode copy = object.deepCopy();
            copy.remove(List.of("busy", "actively-synced"));
            if (copy.path("type").asText().equals("stream")) {
                copy.remove(List.of("offset", "len", "current-progress", "total-progress"));
            }
            return copy.toString();
        }
        return said.toString();
    }
}
