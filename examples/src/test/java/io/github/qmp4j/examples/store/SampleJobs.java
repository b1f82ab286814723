package io.github.qmp4j.examples.store;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.QemuInstance;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Records for tests; the time of each, in seconds, is its number. */
final class SampleJobs {
    private static final QemuInstance QEMU = new QemuInstance("unix:/run/vm.qmp", "7.2.22", Optional.of("marker"));

    private SampleJobs() {}

    static JobRecord record(String key, long number) {
        Disk disk = new Disk(
                Optional.of("drive0"),
                Optional.empty(),
                new BlockChain(List.of(node("größe"), node("base"))),
                List.of(),
                List.of());
        return JobRecord.intent(
                JobKey.of(key),
                PullRequest.of("drive0"),
                disk,
                new BlockChain(List.of(node("größe"))),
                Optional.empty(),
                QEMU,
                Instant.ofEpochSecond(number));
    }

    /** A file name may hold anything but NUL and a slash. */
    private static BlockNode node(String name) {
        return new BlockNode(
                Optional.of(name),
                "/vm/" + name + "\u0001\"\\.qcow2",
                "qcow2",
                1 << 30,
                OptionalLong.empty(),
                false,
                Optional.empty());
    }

    static long number(JobRecord record) {
        return record.time().getEpochSecond();
    }
}
