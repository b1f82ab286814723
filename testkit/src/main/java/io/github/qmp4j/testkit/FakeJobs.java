package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Block jobs that live as long as the test wants: a {@link FakeQemu} that starts, lists and steers them by QMP, and methods by
 * which the test moves their data.
 *
 * <p>It knows {@code block-stream}, {@code block-commit}, {@code drive-mirror}, {@code blockdev-mirror}, {@code drive-backup} and
 * {@code blockdev-backup}; {@code query-jobs} and {@code query-block-jobs}; and the verbs {@code cancel}, {@code pause},
 * {@code resume}, {@code complete}, {@code finalize}, {@code dismiss} and {@code block-job-set-speed}. Events, their order and
 * data, and errors are those of QEMU 7.2 and later. There is no block graph behind: any device is accepted, and a commit
 * without {@code top} and {@code top-node} counts as one of the active layer. A job copies nothing until the test says so.
 *
 * <p>Thread-safe. What the test does is on the wire before the answer to any later command.
 */
public final class FakeJobs implements AutoCloseable {
    private final Map<String, FakeJob> jobs = new LinkedHashMap<>();
    private final FakeQemu qemu;

    private FakeJobs(QmpScript script) {
        JobCommands commands = new JobCommands(this);
        commands.names().forEach(name -> script.on(name, commands));
        // The lock makes the field visible to the thread that serves clients.
        synchronized (this) {
            this.qemu = script.start();
        }
    }

    /** Adds the job commands to a script that answers, for example {@link FakeQemu#responding()}, and starts it. */
    public static FakeJobs start(QmpScript script) {
        return new FakeJobs(script);
    }

    /** The server that the jobs live in; closed with this. */
    public FakeQemu qemu() {
        return qemu;
    }

    /** Waits until a client has started a job of this id; throws {@link TestkitException} if none does in time. */
    public synchronized void awaitJob(String id, Duration timeout) {
        Deadline deadline = Deadline.after(timeout);
        try {
            while (!jobs.containsKey(id)) {
                if (deadline.passed()) {
                    throw new TestkitException("no job " + id + " in " + timeout + "; there are " + jobs.keySet());
                }
                wait(deadline.leftMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted while waiting for job " + id, e);
        }
    }

    /** The status of a job in QEMU's words; empty once it is dismissed. */
    public synchronized Optional<String> status(String id) {
        return Optional.ofNullable(jobs.get(id)).map(FakeJob::status);
    }

    /** So many bytes of so many are copied now. QEMU sends no event for that. */
    public synchronized void progress(String id, long offset, long len) {
        job(id).progress(offset, len);
    }

    /** All is copied: a mirror and a commit of the active layer become ready, any other job ends well. */
    public synchronized void finish(String id) {
        requireStatus(id, "running");
        change(id, FakeJob::finish);
    }

    /** The job ends with this error. */
    public synchronized void fail(String id, String error) {
        requireStatus(id, "running", "ready");
        change(id, job -> job.fail(error));
    }

    /** Ends the server. */
    @Override
    public void close() {
        qemu.close();
    }

    // ---- for the commands, which hold the lock ----

    /** Sends an event or an answer; the holder of the lock decides the order on the wire. */
    void send(Outgoing message) {
        qemu.sendIfConnected(message);
    }

    void answer(ReceivedCommand command, Outgoing message) {
        qemu.answer(command, message);
    }

    Optional<FakeJob> find(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    void started(String id, FakeJob job) {
        jobs.put(id, job);
        notifyAll();
    }

    void change(String id, Consumer<FakeJob> action) {
        FakeJob job = job(id);
        action.accept(job);
        if (job.isGone()) {
            jobs.remove(id);
        }
    }

    Outgoing list(Function<FakeJob, ? extends JsonNode> entry) {
        ArrayNode entries = Json.MAPPER.createArrayNode();
        jobs.values().forEach(job -> entries.add(entry.apply(job)));
        return Outgoing.reply(entries.toString());
    }

    private FakeJob job(String id) {
        return find(id).orElseThrow(
                        () -> new IllegalStateException("there is no job " + id + ", only " + jobs.keySet()));
    }

    private void requireStatus(String id, String... allowed) {
        if (!List.of(allowed).contains(job(id).status())) {
            throw new IllegalStateException("job " + id + " is " + job(id).status() + ", not " + List.of(allowed));
        }
    }
}
