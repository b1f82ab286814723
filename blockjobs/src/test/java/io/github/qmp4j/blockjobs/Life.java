package io.github.qmp4j.blockjobs;

import java.nio.file.Path;
import java.util.List;

/** The whole life of one kind of job on a {@link SmallDisk}, which ends well where nothing comes between. */
enum Life {
    PULL("active", List.of("active.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return PullRequest.of("disk0").withSettings(settings);
        }
    },
    INTERMEDIATE_COMMIT("active", List.of("active.qcow2", "base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CommitRequest.of("disk0").withTop("snap").withBase("base").withSettings(settings);
        }
    },
    COMMIT_AND_PIVOT("base", List.of("base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CommitRequest.of("disk0")
                    .withBase("base")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(settings);
        }
    },
    COPY_AND_PIVOT("copy", List.of("copy.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CopyRequest.of("disk0", folder.resolve("copy.qcow2").toString(), "qcow2")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(settings);
        }
    },
    COPY_AND_FINISH("copy", List.of("active.qcow2", "snap.qcow2", "base.qcow2")) {
        @Override
        BlockJobRequest on(Path folder, JobSettings settings) {
            return CopyRequest.of("disk0", folder.resolve("copy.qcow2").toString(), "qcow2")
                    .withWhenReady(WhenReady.FINISH)
                    .withSettings(settings);
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
        return on(folder, JobSettings.defaults());
    }

    /** Takes about a second. */
    BlockJobRequest slow(Path folder) {
        return on(folder, JobSettings.defaults().withSpeed(2 << 20));
    }
}
