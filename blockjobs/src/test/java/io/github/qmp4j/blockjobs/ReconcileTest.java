package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.TempFolder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever comes back learns what there is, and can have it settled. */
@QemuVersions
@Timeout(120)
class ReconcileTest {
    private static final JobKey KEY = JobKey.of("vm-1/disk0/merge");
    private static final CommitRequest MERGE =
            CommitRequest.of("disk0").base("base").whenReady(WhenReady.PIVOT);

    private final TempFolder folder = TempFolder.create("reconcile");
    private final JobStore store = JobStore.file(folder.resolve("jobs"));
    private final TestVm vm = TestVm.start();

    @AfterEach
    void clean() {
        vm.close();
        store.close();
        folder.close();
    }

    private BlockJobs process() {
        return BlockJobs.of(vm.client, BlockJobOptions.with(options -> options.store = store));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return TestVm.get(future);
    }

    private static BlockJobRequest slow(BlockJobRequest request) {
        JobSettings slow = JobSettings.with(settings -> settings.speed = 1 << 20);
        return request instanceof CommitRequest commit ? commit.with(slow) : ((PullRequest) request).with(slow);
    }

    @Test
    void findsNothingWhereNothingIsLeft() {
        try (BlockJobs jobs = process()) {
            get(get(jobs.adoptOrStart(KEY, MERGE)).outcome());
            assertThat(get(jobs.reconcile())).isEmpty();
        }
    }

    @Test
    void takesOverTheJobThatGoesOn() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.RUNNING);
            assertThat(found.key()).hasValue(KEY);
            BlockJob job = get(jobs.settle(found)).orElseThrow();
            get(job.setSpeed(0));
            assertThat(get(job.outcome()).pivoted()).isTrue();
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        vm.assertNoJobsLeft();
    }

    /** Started without a key, and known by its id. */
    @Test
    void collectsTheJobThatHasEndedUnseen() {
        JobId id;
        try (BlockJobs jobs = process()) {
            id = get(jobs.start(slow(PullRequest.of("disk0")))).id();
        }
        vm.ask("block-job-set-speed", "{\"device\":\"%s\",\"speed\":0}".formatted(id));
        Awaitility.await()
                .until(() -> vm.ask("query-jobs").get(0).path("status").asText().equals("concluded"));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.ENDED);
            assertThat(get(get(jobs.settle(found)).orElseThrow().outcome()).completed())
                    .isTrue();
        }
        vm.assertNoJobsLeft();
    }

    @Test
    void tellsWhatWasNeverStartedFromWhatIsGone() {
        Disk disk = get(vm.jobs.disks()).get(0);
        JobRecord intent =
                JobRecord.intent(KEY, MERGE, disk, Optional.empty(), get(QemuInstance.of(vm.client)), Instant.now());
        get(store.record(intent.at(JobRecord.Step.STARTED, Instant.now())));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.UNSEEN);
            assertThat(get(get(jobs.settle(found)).orElseThrow().outcome()).end())
                    .isInstanceOf(JobOutcome.End.Unknown.class);
        }
        get(store.record(intent));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.NOT_STARTED);
            vm.assertNoJobsLeft();
            assertThat(get(get(jobs.settle(found)).orElseThrow().outcome()).pivoted())
                    .isTrue();
            assertThat(get(jobs.reconcile())).isEmpty();
        }
    }

    @Test
    void leavesTheJobsOfOtherVmsAndOfOthersAlone() {
        Disk disk = get(vm.jobs.disks()).get(0);
        QemuInstance elsewhere = new QemuInstance("unix:/elsewhere", "7.2.0", Optional.of("other"));
        get(store.record(JobRecord.intent(KEY, MERGE, disk, Optional.empty(), elsewhere, Instant.now())));
        vm.ask("block-stream", """
                {"job-id":"somebodys","device":"active","speed":1048576,"auto-dismiss":false}""");
        try (BlockJobs jobs = process()) {
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        vm.ask("job-cancel", "{\"id\":\"somebodys\"}");
        Awaitility.await()
                .until(() -> vm.ask("query-jobs").get(0).path("status").asText().equals("concluded"));
        vm.ask("job-dismiss", "{\"id\":\"somebodys\"}");
    }

    @Test
    void removesTheNodeThatACopyHasLeftBehind() {
        vm.ask("blockdev-add", """
                {"node-name":"copy-target-abc123","driver":"null-co"}""");
        vm.ask("blockdev-add", """
                {"node-name":"somebodys","driver":"null-co"}""");
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.NODE);
            assertThat(found.name()).isEqualTo("copy-target-abc123");
            assertThat(get(jobs.settle(found))).isEmpty();
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        assertThat(vm.ask("query-named-block-nodes", "{\"flat\":true}").findValuesAsText("node-name"))
                .contains("somebodys")
                .doesNotContain("copy-target-abc123");
    }

    @Test
    void mendsTheHeaderThatNamesAnotherImageThanTheGraphHas() {
        vm.ask("change-backing-file", """
                {"device":"active","image-node-name":"snap2","backing-file":"/elsewhere/other.qcow2"}""");
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.HEADER);
            assertThat(found.what()).contains("/elsewhere/other.qcow2").contains("snap1");
            get(jobs.settle(found));
        }
        vm.shutDown();
        assertThat(vm.images
                        .info(vm.image("snap2"), "qcow2")
                        .path("backing-filename")
                        .asText())
                .isEqualTo(vm.image("snap1").toString());
    }

    /** The id of a key does not name the disk: where the graph cannot be asked, before 10.0, the store has to. */
    @Test
    void namesTheJobOfAKeyThatHasTheDisk() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(PullRequest.of("disk0"))));
        }
        try (BlockJobs jobs = process()) {
            assertThatThrownBy(() -> get(jobs.start(PullRequest.of("disk0"))))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining("job " + KEY.jobId());
        }
    }

    private static Finding only(BlockJobs jobs) {
        List<Finding> found = get(jobs.reconcile());
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
