package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.plan.Planner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Records of jobs for tests. */
final class Records {
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456789Z");
    static final QemuInstance QEMU =
            new QemuInstance("unix:/run/vm.qmp", "7.2.22", Optional.of("0b7c9d3e-1111-4222-8333-444455556666"));
    static final JobSettings SETTINGS = JobSettings.defaults()
            .withJobId(new JobId("mine"))
            .withSpeed(1 << 20)
            .withOnError(ErrorPolicy.ENOSPC)
            .withBitmaps(BitmapRule.DROP);

    /** Each with every component other than its default. */
    static final List<BlockJobRequest> REQUESTS = List.of(
            PullRequest.of("disk0").withBase("base").withSettings(SETTINGS),
            PullRequest.of("disk0").withBottom("snap").withInto("active").withBackingName(BackingName.RELATIVE),
            PullRequest.of("disk0"),
            CommitRequest.of("disk0").withTop("snap").withBase("base").withSettings(SETTINGS),
            CommitRequest.of("disk0")
                    .withShallow(true)
                    .withWhenReady(WhenReady.PIVOT)
                    .withBackingName(BackingName.ABSOLUTE),
            CopyRequest.of("disk0", "/vm/größe \"x\"\n\u007f.qcow2", "qcow2")
                    .withExtent(CopyExtent.TOP)
                    .withReuseExternal(true)
                    .withGranularity(65536)
                    .withBufSize(1 << 20)
                    .withSynchronousWrites(true)
                    .withUnmap(false)
                    .withWhenReady(WhenReady.FINISH)
                    .withEngine(CopyEngine.BLOCKDEV_MIRROR)
                    .withSettings(SETTINGS),
            CopyRequest.of("disk0", new CopyTarget.BlockDevice("/dev/vg/lv", "raw")),
            CopyRequest.of("disk0", new CopyTarget.Node("node")),
            CopyRequest.of("disk0", "/vm/new.raw", "raw"));

    private Records() {}

    static BlockNode node(String name) {
        return new BlockNode(
                Optional.of(name),
                "/vm/" + name + ".qcow2",
                "qcow2",
                1L << 40,
                OptionalLong.of(196_608),
                !name.equals("active"),
                Optional.of("below.qcow2"));
    }

    static Disk disk() {
        BlockNode bare = new BlockNode(
                Optional.empty(), "/vm/base", "raw", 1 << 30, OptionalLong.empty(), false, Optional.empty());
        BlockNode base = new BlockNode(
                Optional.of("base"), bare.file(), bare.driver(), 1, OptionalLong.empty(), false, Optional.empty());
        return new Disk(
                Optional.of("drive0"),
                Optional.of("/machine/peripheral/disk0/virtio-backend"),
                new BlockChain(List.of(node("active"), node("snap"), base)),
                List.of("export0"),
                List.of(new JobId("somebodys")));
    }

    static JobRecord intent(String key, BlockJobRequest request) {
        return JobRecord.intent(
                JobKey.of(key),
                request,
                disk(),
                Planner.plan(disk().chain(), request).after(),
                Optional.of("target"),
                QEMU,
                NOON);
    }

    static JobOutcome outcome(JobOutcome.End end) {
        return new JobOutcome(
                new JobId("key-x"),
                end,
                JobOutcome.Head.TARGET,
                new JobProgress(1, 2, 3, OptionalLong.of(4), Optional.of(Duration.ofMillis(5001)), 6, true),
                List.of(node("snap")),
                List.of(node("active"), node("snap")),
                List.of(new Leftover(Leftover.Kind.FILE, "/vm/x", "nobody removed it")));
    }
}
