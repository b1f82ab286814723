package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A job on a {@link PowerCutDisk} from its start to its outcome and a little longer, while the guest writes or not.
 *
 * @param completed how many steps had been recorded when the outcome said that the job had completed
 */
record PowerCutRun(Kind kind, Recording recording, PowerCutModel model, int completed) {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(PowerCutDisk.SIZE);

    /** What is done; each ends with the disk on {@code result}. */
    enum Kind {
        PULL("active", "snap", "base") {
            @Override
            BlockJobRequest request() {
                return PullRequest.of("disk0").withSettings(SLOW);
            }
        },
        INTERMEDIATE_COMMIT("active", "snap") {
            @Override
            BlockJobRequest request() {
                return CommitRequest.of("disk0")
                        .withTop("snap")
                        .withBase("base")
                        .withSettings(SLOW);
            }
        },
        ACTIVE_COMMIT_AND_PIVOT("base", "active", "snap") {
            @Override
            BlockJobRequest request() {
                return CommitRequest.of("disk0").withSettings(SLOW);
            }
        },
        COPY_AND_PIVOT("copy", "active", "snap", "base") {
            @Override
            BlockJobRequest request() {
                return CopyRequest.of("disk0", new CopyTarget.Node("copy")).withSettings(SLOW);
            }
        };

        /** What the guest's disk is on at last. */
        final String result;

        /** The images of the chain that are still used then. */
        @SuppressWarnings("ImmutableEnumChecker") // none changes it
        final List<String> used;

        /** The others. */
        @SuppressWarnings("ImmutableEnumChecker") // none changes it
        private final Set<String> released;

        Kind(String result, String... released) {
            this.result = result;
            this.released = Set.of(released);
            this.used = Stream.of("base", "snap", "active", result)
                    .distinct()
                    .filter(image -> !this.released.contains(image))
                    .toList();
        }

        abstract BlockJobRequest request();
    }

    static PowerCutRun of(Kind kind, PowerCutDisk disk, boolean safe, boolean guestWrites, Random random)
            throws IOException {
        PowerCutModel model = new PowerCutModel(Files.readAllBytes(disk.before()));
        JobOutcome outcome;
        long completed;
        try (RealQemu qemu = disk.start(safe)) {
            PowerCutGuest guest = new PowerCutGuest(qemu, disk, model, random);
            try (QmpClient client =
                            TestVm.get(QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults()));
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                BlockJob job = TestVm.get(jobs.start(kind.request()));
                if (guestWrites) {
                    guest.works(2);
                }
                // On a busy machine its limit may have let it through by now, and QEMU refuses the verb.
                TestVm.get(job.setSpeed(0).exceptionally(refused -> null));
                if (!kind.result.equals("active")) {
                    TestVm.get(job.ready());
                    if (guestWrites) {
                        guest.works(2);
                    }
                    TestVm.get(job.pivot());
                }
                outcome = TestVm.get(job.outcome());
                completed = disk.recorder.position();
            }
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released())
                    .extracting(BlockNode::label)
                    .containsExactlyInAnyOrderElementsOf(kind.released);
            if (guestWrites) {
                guest.works(10);
                guest.works(5);
            }
        }
        Recording recording = disk.recorder.stop();
        return new PowerCutRun(kind, recording, model, recording.stepsUntil(completed));
    }
}
