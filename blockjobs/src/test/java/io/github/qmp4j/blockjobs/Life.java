package io.github.qmp4j.blockjobs;

import java.nio.file.Path;
import java.util.List;

/** The whole life of one kind of job on a {@link SmallDisk}, which ends well where nothing comes between. */
enum Life {
    PULL("active", List.of("active.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return PullRequest.of("disk0").with(settings);
        }
    },
    INTERMEDIATE_COMMIT("active", List.of("active.qcow2", "base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CommitRequest.of("disk0").top("snap").base("base").with(settings);
        }
    },
    COMMIT_AND_PIVOT("base", List.of("base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CommitRequest.of("disk0")
                    .base("base")
                    .whenReady(WhenReady.PIVOT)
                    .with(settings);
        }
    },
    COPY_AND_PIVOT("copy", List.of("copy.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CopyRequest.of("disk0", folder.resolve("copy.qcow2").toString(), "qcow2")
                    .whenReady(WhenReady.PIVOT)
                    .with(settings);
        }
    },
    COPY_AND_FINISH("copy", List.of("active.qcow2", "snap.qcow2", "base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CopyRequest.of("disk0", folder.resolve("copy.qcow2").toString(), "qcow2")
                    .whenReady(WhenReady.FINISH)
                    .with(settings);
        }
    };

    static final JobKey KEY = JobKey.of("vm/disk0/life");

    /** The image that holds afterwards what the guest saw before. */
    final String result;

    /** The files of the disk's chain afterwards, active layer first. */
    @SuppressWarnings("ImmutableEnumChecker") // none changes it
    final List<String> chain;

    Life(String result, List<String> chain) {
        this.result = result;
        this.chain = chain;
    }

    abstract BlockJobRequest on(Path folder, JobSettings settings);

    BlockJobRequest fast(Path folder) {
        return on(folder, JobSettings.DEFAULT);
    }

    /** Takes about a second. */
    BlockJobRequest slow(Path folder) {
        return on(folder, JobSettings.with(settings -> settings.speed = 2 << 20));
    }
}
