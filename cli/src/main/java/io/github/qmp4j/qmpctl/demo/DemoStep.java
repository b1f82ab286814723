package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.List;

/**
 * One job of the demo.
 *
 * @param title what the job does, for people
 * @param image the file of the guest's disk after the job
 */
record DemoStep(String kind, String title, BlockJobRequest request, ReadyAction whenReady, String image) {
    private static final String COPY = "copy.qcow2";

    /** All steps, in the order that fits the sample chain. */
    static List<DemoStep> all(DemoFolder folder, JobSettings settings) {
        String disk = DemoQemu.DISK;
        String copy = folder.file(COPY).toString();
        return List.of(
                new DemoStep(
                        "pull",
                        "pull: the active layer takes over what snap3 holds",
                        PullRequest.of(disk).withBase("snap2").withSettings(settings),
                        ReadyAction.AWAIT_END,
                        "active.qcow2"),
                new DemoStep(
                        "commit",
                        "intermediate commit: snap2 goes into snap1, below the active layer",
                        CommitRequest.of(disk)
                                .withTop("snap2")
                                .withBase("snap1")
                                .withSettings(settings),
                        ReadyAction.AWAIT_END,
                        "active.qcow2"),
                new DemoStep(
                        "commit",
                        "active commit with pivot: the active layer goes into snap1, and the guest's disk moves there",
                        CommitRequest.of(disk).withBase("snap1").withSettings(settings),
                        ReadyAction.PIVOT,
                        "snap1.qcow2"),
                new DemoStep(
                        "copy",
                        "copy with pivot: the whole disk goes into a new file, and the guest's disk moves there",
                        CopyRequest.of(disk, copy, "qcow2").withSettings(settings),
                        ReadyAction.PIVOT,
                        COPY));
    }
}
