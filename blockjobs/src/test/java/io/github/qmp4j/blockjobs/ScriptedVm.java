package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.engine.MonitoredJobs;
import io.github.qmp4j.blockjobs.engine.UserJobs;
import io.github.qmp4j.blockjobs.graph.ScriptedGraph;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import io.github.qmp4j.testkit.Responder;
import io.github.qmp4j.threads.DaemonThreads;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A scripted QEMU with two disks, {@code disk0} on active → mid → base and {@code disk1} on other. It answers all
 * queries; what a job does to it is each test's to say.
 */
final class ScriptedVm implements AutoCloseable {
    static final JobSettings J = JobSettings.defaults().withJobId(new JobId("j"));
    static final PullRequest PULL = PullRequest.of("disk0").withSettings(J);
    static final CommitRequest COMMIT = CommitRequest.of("disk0").withSettings(J);

    /** What flushes, which every QEMU has. */
    private static final String SCHEMA = """
            [{"name":"blockdev-reopen","meta-type":"command","arg-type":"0","ret-type":"0"},
            {"name":"0","meta-type":"object","members":[]}]""";

    private final Map<String, Responder> answers = new ConcurrentHashMap<>();
    private volatile List<String> chain = List.of("active", "mid", "base");
    private volatile String job = "";
    private volatile int forgotten;
    private volatile String ioStatus = "ok";
    final FakeQemu qemu;
    final QmpClient client;
    final BlockJobs jobs;

    private ScriptedVm(List<Integer> version, QmpOptions options, BlockJobOptions jobOptions, Executor work) {
        qemu = FakeQemu.script()
                .greet(version.get(0), version.get(1), version.get(2))
                .expect("qmp_capabilities")
                .reply()
                .respond()
                .otherwise(this::answer)
                .start();
        client = TestVm.get(QmpClient.connect(new QmpAddress.Unix(qemu.socket()), options));
        jobs = new UserJobs(new MonitoredJobs(client, jobOptions, work), options.callbacks());
    }

    static ScriptedVm start() {
        return start(QmpOptions.defaults());
    }

    static ScriptedVm start(QmpOptions options) {
        return new ScriptedVm(List.of(7, 2, 22), options, BlockJobOptions.defaults(), DaemonThreads.work());
    }

    static ScriptedVm start(QmpOptions options, BlockJobOptions jobOptions) {
        return new ScriptedVm(List.of(7, 2, 22), options, jobOptions, DaemonThreads.work());
    }

    /** Not only callbacks run on this executor, but also what the library does itself. */
    static ScriptedVm working(Executor executor) {
        QmpOptions options = QmpOptions.defaults().withCallbacks(executor);
        return new ScriptedVm(List.of(7, 2, 22), options, BlockJobOptions.defaults(), executor);
    }

    static ScriptedVm ofVersion(int major, int minor, int micro) {
        return new ScriptedVm(
                List.of(major, minor, micro), QmpOptions.defaults(), BlockJobOptions.defaults(), DaemonThreads.work());
    }

    // ---- what the test makes of it ----

    /** Answers a command so from now on. */
    ScriptedVm on(String command, Responder responder) {
        answers.put(command, responder);
        return this;
    }

    ScriptedVm on(String command, Outgoing... messages) {
        return on(command, got -> List.of(messages));
    }

    /** The chain of disk0 from now on. */
    void chain(String... nodes) {
        chain = List.of(nodes);
    }

    /** The one job that there is from now on. */
    void job(String type, String status) {
        job = "{\"id\":\"j\",\"type\":\"%s\",\"status\":\"%s\",\"current-progress\":8,\"total-progress\":8}"
                .formatted(type, status);
    }

    void job(String type, String status, String error) {
        job(type, status);
        job = job.replace("}", ",\"error\":\"" + error + "\"}");
    }

    /** The targets of the copies until now are gone. */
    void forgetCopies() {
        forgotten = qemu.received().size();
    }

    void noJob() {
        job = "";
    }

    void ioStatus(String status) {
        ioStatus = status;
    }

    /** Tells the client of these statuses, one after another. */
    void tell(String... statuses) {
        Stream.of(statuses).forEach(status -> qemu.send(status(status)));
    }

    static Outgoing status(String status) {
        return Outgoing.event("JOB_STATUS_CHANGE", "{\"id\":\"j\",\"status\":\"%s\"}".formatted(status));
    }

    static Outgoing told(String event, String more) {
        return Outgoing.event(
                event, "{\"device\":\"j\",\"type\":\"x\",\"len\":8,\"offset\":8,\"speed\":0%s}".formatted(more));
    }

    static Outgoing completed() {
        return told("BLOCK_JOB_COMPLETED", "");
    }

    static Outgoing failed(String error) {
        return told("BLOCK_JOB_COMPLETED", ",\"error\":\"" + error + "\"");
    }

    static Outgoing refusal(String desc) {
        return Outgoing.error("GenericError", desc);
    }

    /** How often the client has sent this command so far. */
    long count(String command) {
        return qemu.received().stream()
                .filter(got -> got.name().equals(command))
                .count();
    }

    /** The names of all commands so far from the first of this name on. */
    List<String> sentSince(String first) {
        return qemu.received().stream()
                .map(ReceivedCommand::name)
                .dropWhile(name -> !name.equals(first))
                .toList();
    }

    BlockJob start(BlockJobRequest request) {
        return TestVm.get(jobs.start(request));
    }

    static Throwable failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("the future completed with " + future.get(3, TimeUnit.MINUTES));
        } catch (java.util.concurrent.ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the future did not end", e);
        }
    }

    // ---- its own answers ----

    private List<Outgoing> answer(ReceivedCommand command) {
        Responder responder = answers.get(command.name());
        return responder != null ? responder.answer(command) : usualAnswer(command);
    }

    /** What it answers to a command that no test has said anything of. */
    List<Outgoing> usualAnswer(ReceivedCommand command) {
        return switch (command.name()) {
            case "query-jobs" -> List.of(Outgoing.reply("[" + job + "]"));
            case "query-block-jobs" -> List.of(Outgoing.reply(blockJobs()));
            case "query-block" -> List.of(Outgoing.reply(ScriptedGraph.disks(chain)));
            case "query-named-block-nodes" -> List.of(Outgoing.reply(ScriptedGraph.nodes(chain)));
            case "x-debug-query-block-graph" -> List.of(Outgoing.reply(ScriptedGraph.edges(chain)));
            case "query-blockstats" ->
                List.of(Outgoing.reply(
                        command.arguments().path("query-nodes").asBoolean()
                                ? ScriptedGraph.statisticsOfNodes(chain)
                                : ScriptedGraph.statistics(chain)));
            case "query-qmp-schema" -> List.of(Outgoing.reply(SCHEMA));
            case "query-block-exports" -> List.of(Outgoing.reply("[]"));
            case "blockdev-add" ->
                isThere(command.arguments().path("filename").asText())
                        ? List.of(Outgoing.reply())
                        : List.of(refusal("Could not open: No such file or directory"));
            case "job-dismiss" -> {
                noJob();
                yield List.of(status("null"), Outgoing.reply());
            }
            default -> List.of(Outgoing.reply());
        };
    }

    /** The images of the disks are there, and what a copy was started to. */
    private boolean isThere(String file) {
        return Stream.of("active", "mid", "base", "other")
                        .map(ScriptedGraph::file)
                        .anyMatch(file::equals)
                || qemu.received().stream()
                        .skip(forgotten)
                        .anyMatch(got -> got.name().equals("drive-mirror")
                                && got.arguments().path("target").asText().equals(file));
    }

    private String blockJobs() {
        return job.isEmpty()
                ? "[]"
                : "[{\"device\":\"j\",\"type\":\"x\",\"len\":8,\"offset\":4,\"speed\":0,\"io-status\":\"%s\"}]"
                        .formatted(ioStatus);
    }

    @Override
    public void close() {
        jobs.close();
        client.close();
        qemu.close();
    }
}
