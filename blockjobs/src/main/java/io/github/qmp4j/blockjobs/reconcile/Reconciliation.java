package io.github.qmp4j.blockjobs.reconcile;

import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobRecord.Step;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.QemuInstance;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobList;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.outcome.UnseenEnd;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds what the store knows against what QEMU has. Nothing is changed by looking. */
public final class Reconciliation {
    private final JobContext context;
    private final JobRegistry registry;

    public Reconciliation(JobContext context, JobRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    private record Seen(QemuInstance now, List<JobRecord> records, List<JobInfo> jobs, Graph graph) {}

    public CompletableFuture<List<Finding>> findings() {
        return QemuInstance.of(context.client()).thenCompose(now -> context.options()
                .store()
                .all()
                .thenCompose(records -> look((jobs, graph) -> {
                    Seen seen = new Seen(now, mine(records, now), jobs, graph);
                    return Stream.concat(jobs(seen).stream(), gone(seen).stream());
                })));
    }

    /**
     * Does what a finding says that is no job, if it is still so: what has happened since may have made it wrong, and a header
     * that is written by an earlier view of the chain would name the wrong image.
     */
    public CompletableFuture<Void> resolve(Finding finding) {
        if (finding.command().isEmpty()) {
            return CompletableFuture.failedFuture(new BlockJobException(
                    "nothing can be done here about %s: %s".formatted(finding.name(), finding.what())));
        }
        return look((jobs, graph) -> Stream.empty())
                .thenCompose(now -> now.stream()
                        .filter(found -> isSame(found, finding))
                        .findFirst()
                        .flatMap(Finding::command)
                        .map(command -> context.client().execute(command))
                        .orElseThrow(() ->
                                new BlockJobException("%s is not, or no longer, as it was found (%s); reconcile again"
                                        .formatted(finding.name(), finding.what()))))
                .thenAccept(done -> {});
    }

    /** What was left behind, after what was found of the jobs. */
    private CompletableFuture<List<Finding>> look(BiFunction<List<JobInfo>, Graph, Stream<Finding>> ofJobs) {
        // What belongs to a job that begins or ends meanwhile is not left behind.
        return JobList.read(context)
                .thenCompose(before -> context.graphs().readAll().thenCompose(graph -> JobList.read(context)
                        .thenApply(after -> {
                            List<JobInfo> all = new ArrayList<>(before);
                            all.addAll(after);
                            return Stream.of(
                                            ofJobs.apply(before, graph),
                                            LeftoverSearch.in(graph, all).stream(),
                                            LeftoverSearch.bitmaps(graph).stream())
                                    .flatMap(Function.identity())
                                    .toList();
                        })));
    }

    /** One store serves all the VMs of a host. */
    private static List<JobRecord> mine(List<JobRecord> records, QemuInstance now) {
        return records.stream()
                .filter(record -> record.qemu().isCertainly(now)
                        || record.qemu().monitor().equals(now.monitor()))
                .toList();
    }

    private List<Finding> jobs(Seen seen) {
        Map<JobId, JobRecord> byId =
                seen.records().stream().collect(Collectors.toMap(JobRecord::jobId, Function.identity()));
        return seen.jobs().stream()
                .filter(job -> byId.containsKey(job.id()) || JobIds.isMade(job.id()))
                .filter(job -> registry.find(job.id().value()).isEmpty())
                .map(job -> job.status() == JobStatus.CONCLUDED
                        ? job(
                                Kind.ENDED,
                                job.id(),
                                Optional.ofNullable(byId.get(job.id())),
                                "it has ended and waits in QEMU; its result will be read and it will be dismissed")
                        : job(
                                Kind.RUNNING,
                                job.id(),
                                Optional.ofNullable(byId.get(job.id())),
                                job.status() == JobStatus.PENDING
                                        ? "it waits in PENDING, and keeps its chain; it will be taken over, finalized where that is safe, and dismissed"
                                        : "it goes on in QEMU; it will be taken over"))
                .toList();
    }

    private List<Finding> gone(Seen seen) {
        return seen.records().stream()
                .filter(record -> record.step() != Step.CLEANED)
                .filter(record -> seen.jobs().stream().noneMatch(job -> job.id().equals(record.jobId())))
                .filter(record -> registry.find(record.jobId().value()).isEmpty())
                .map(record -> gone(record, seen))
                .toList();
    }

    private static Finding gone(JobRecord record, Seen seen) {
        return record.outcome().isEmpty()
                        && UnseenEnd.of(record, seen.graph(), seen.now()).neverStarted()
                ? job(
                        Kind.NOT_STARTED,
                        record.jobId(),
                        Optional.of(record),
                        "it was to be started, and certainly was not; it will be started")
                : job(
                        Kind.UNSEEN,
                        record.jobId(),
                        Optional.of(record),
                        "it is no longer in QEMU; its outcome will be found out, as far as it can be, and written down");
    }

    private static Finding job(Kind kind, JobId id, Optional<JobRecord> record, String what) {
        return new Finding(
                kind, id.value(), what, record.map(JobRecord::key), record.map(JobRecord::request), Optional.empty());
    }

    /** Whether both tell of one thing, and that the same has to be done about it. */
    private static boolean isSame(Finding one, Finding other) {
        return one.kind() == other.kind()
                && one.name().equals(other.name())
                && one.what().equals(other.what());
    }
}
