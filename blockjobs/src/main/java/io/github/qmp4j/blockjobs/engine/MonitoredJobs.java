package io.github.qmp4j.blockjobs.engine;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.async.Poller;
import io.github.qmp4j.blockjobs.feed.AllJobsFeed;
import io.github.qmp4j.blockjobs.feed.JobEvents;
import io.github.qmp4j.blockjobs.graph.GraphReader;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobHandle;
import io.github.qmp4j.blockjobs.job.JobList;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.reconcile.Reconciliation;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import io.github.qmp4j.blockjobs.session.HeaderTurn;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.blockjobs.session.Sessions;
import io.github.qmp4j.blockjobs.start.AdoptOrStart;
import io.github.qmp4j.blockjobs.start.Adoption;
import io.github.qmp4j.blockjobs.start.Attachment;
import io.github.qmp4j.blockjobs.start.Conflicts;
import io.github.qmp4j.blockjobs.start.JobStarter;
import io.github.qmp4j.blockjobs.start.StartTogether;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The block jobs of one session. */
public final class MonitoredJobs implements BlockJobs {
    private final JobRegistry registry = new JobRegistry();
    private final AllJobsFeed feed;
    private final JobEvents events;
    private final JobContext context;
    private final JobStarter starter;
    private final AdoptOrStart keyed;
    private final Attachment attachment;
    private final Poller progress;
    private final Poller checks;

    /** @param work where the library does its own work */
    public MonitoredJobs(QmpClient client, BlockJobOptions options, Executor work) {
        QmpClient own = client.withCallbacks(work);
        this.context = new JobContext(
                own,
                client.options().callbacks(),
                new GraphReader(own),
                new HeaderTurn(own),
                options,
                this::listenerCame,
                this::jobChanged,
                this::delivered);
        this.feed = new AllJobsFeed(context, registry::find);
        this.progress = new Poller(
                options.progressInterval(),
                context.work(),
                () -> registry.all().stream().anyMatch(TrackedJob::isWatched),
                this::askProgress);
        this.checks = new Poller(
                options.checkInterval(), context.work(), () -> !registry.all().isEmpty(), this::checkAll);
        this.starter = new JobStarter(context, registry, JobRecorder.none());
        this.attachment = new Attachment(context, registry, this::jobCame);
        this.keyed = new AdoptOrStart(context, registry, new Adoption(context, registry, this::jobCame));
        this.events = new JobEvents(own, registry, feed, cause -> end("the monitor was lost: " + cause, true));
    }

    /** Of the sessions of a supervisor. */
    public static MonitoredJobs of(QmpSupervisor supervisor, BlockJobOptions options) {
        Sessions sessions = new Sessions(supervisor, options.reattachWindow());
        MonitoredJobs jobs = new MonitoredJobs(
                new ReturningClient(sessions, supervisor.address(), supervisor.options()),
                options,
                DaemonThreads.work());
        sessions.start(why -> {
            jobs.context.graphs().forget();
            jobs.registry.lost(why);
        });
        return jobs;
    }

    private void jobChanged(JobInfo info) {
        feed.told(info);
    }

    private CompletableFuture<Void> delivered() {
        return events.delivered();
    }

    private void end(String why, boolean sessionLost) {
        registry.end(why, sessionLost);
        feed.end();
    }

    private void listenerCame() {
        progress.wake();
    }

    private CompletableFuture<?> askProgress() {
        return context.client()
                .execute(QmpCommand.of("query-block-jobs"))
                .thenAccept(jobs -> jobs.forEach(entry ->
                        registry.find(entry.path("device").asText()).ifPresent(job -> job.progressSeen(entry))));
    }

    private CompletableFuture<?> checkAll() {
        registry.all().forEach(TrackedJob::check);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<BlockJob> start(BlockJobRequest request) {
        return start(request, id -> {});
    }

    @Override
    public CompletableFuture<BlockJob> start(BlockJobRequest request, Consumer<? super JobId> named) {
        return starter.named(request, named).whenComplete((job, failure) -> {
            checks.wake();
            progress.wake();
        });
    }

    @Override
    public CompletableFuture<List<BlockJob>> startTogether(Collection<? extends BlockJobRequest> requests) {
        return new StartTogether(starter, context.work())
                .start(List.copyOf(requests))
                .whenComplete((jobs, failure) -> {
                    checks.wake();
                    progress.wake();
                });
    }

    private void jobCame() {
        checks.wake();
    }

    @Override
    public CompletableFuture<BlockJob> adoptOrStart(JobKey key, BlockJobRequest request) {
        return keyed.adoptOrStart(key, request).whenComplete((job, failure) -> checks.wake());
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return keyed.forget(key);
    }

    @Override
    public CompletableFuture<JobPreview> preview(BlockJobRequest request) {
        return starter.preview(request);
    }

    @Override
    public CompletableFuture<List<Finding>> reconcile() {
        return new Reconciliation(context, registry).findings();
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> resolve(Finding finding) {
        if (finding.key().isPresent() && finding.request().isPresent()) {
            return adoptOrStart(finding.key().get(), finding.request().get()).thenApply(Optional::of);
        }
        if (finding.isJob()) {
            return adopt(new JobId(finding.name()));
        }
        return new Reconciliation(context, registry).resolve(finding).thenApply(done -> Optional.empty());
    }

    @Override
    public CompletableFuture<List<Disk>> disks() {
        return context.graphs().read().thenCompose(graph -> list().thenApply(jobs -> graph.disks().stream()
                .map(disk -> workedOn(disk, Conflicts.jobsOn(disk, graph, jobs, registry.reservations())))
                .toList()));
    }

    private static Disk workedOn(Disk disk, List<JobId> by) {
        return new Disk(disk.device(), disk.qdev(), disk.chain(), disk.exports(), by);
    }

    @Override
    public CompletableFuture<BlockChain> chain(DiskRef disk) {
        return context.graphs().read(disk).thenApply(graph -> graph.find(disk).chain());
    }

    @Override
    public CompletableFuture<List<JobInfo>> list() {
        return JobList.read(context);
    }

    @Override
    public EventSubscription onJob(Consumer<? super JobInfo> listener) {
        return feed.add(listener);
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> attach(JobId id) {
        return attachment.attach(id, false);
    }

    @Override
    public CompletableFuture<Optional<BlockJob>> adopt(JobId id) {
        return attachment.attach(id, true);
    }

    @Override
    public CompletableFuture<List<JobOutcome>> dismissEnded(DiskRef disk) {
        return context.graphs()
                .read()
                .thenCombine(list(), (graph, jobs) -> {
                    String name = graph.find(disk).name();
                    return jobs.stream()
                            .filter(job -> job.status() == JobStatus.CONCLUDED && JobIds.isFor(job.id(), name))
                            .map(JobInfo::id)
                            .toList();
                })
                .thenCompose(this::adoptAll);
    }

    private CompletableFuture<List<JobOutcome>> adoptAll(List<JobId> ended) {
        List<JobOutcome> outcomes = new ArrayList<>();
        return Futures.inTurn(ended, id -> adopt(id)
                        .thenCompose(job -> job.isPresent()
                                ? JobHandle.own(job.get()).outcome().thenAccept(outcomes::add)
                                // Another client has dismissed it.
                                : Futures.done()))
                .thenApply(done -> outcomes);
    }

    @Override
    public void close() {
        end("this side has stopped watching the job, which goes on in QEMU", false);
        events.close(); // which ends everything too, for the reason that it was closed
        if (context.client() instanceof ReturningClient returning) {
            returning.close();
        }
    }
}
