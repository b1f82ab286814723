package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One block job of {@link FakeJobs}: what QEMU would know of it, and the events of its life in QEMU's own order. */
final class FakeJob {
    private final String id;
    private final String type;
    private final boolean becomesReady;
    private final boolean autoFinalize;
    private final boolean autoDismiss;
    private final Consumer<Outgoing> events;

    private String status = "undefined";
    private long offset;
    private long len;
    private long speed;
    private boolean userPaused;
    private boolean completing;
    private @Nullable String error;

    FakeJob(String id, String type, boolean becomesReady, ReceivedCommand start, Consumer<Outgoing> events) {
        this.id = id;
        this.type = type;
        this.becomesReady = becomesReady;
        this.autoFinalize = start.arguments().path("auto-finalize").asBoolean(true);
        this.autoDismiss = start.arguments().path("auto-dismiss").asBoolean(true);
        this.speed = start.arguments().path("speed").asLong();
        this.events = events;
        enter("created");
        enter("running");
    }

    boolean isReady() {
        return status.equals("ready") || status.equals("standby");
    }

    boolean isUserPaused() {
        return userPaused;
    }

    /** Whether it has ended and been dismissed, so that QEMU has forgotten it. */
    boolean isGone() {
        return status.equals("null");
    }

    String status() {
        return status;
    }

    void speed(long bytesPerSecond) {
        speed = bytesPerSecond;
    }

    void progress(long done, long all) {
        offset = done;
        len = all;
    }

    void pause() {
        userPaused = true;
        enter(isReady() ? "standby" : "paused");
    }

    /** A job that was asked to complete while it was paused does so now. */
    void resume() {
        wake();
        if (completing) {
            complete();
        }
    }

    private void wake() {
        userPaused = false;
        enter(status.equals("standby") ? "ready" : "running");
    }

    void askToComplete() {
        completing = true;
        if (!userPaused) {
            complete();
        }
    }

    /** Nothing is left to copy: a mirror or active commit is ready, any other job ends. */
    void finish() {
        offset = len;
        if (becomesReady) {
            enter("ready");
            blockJob("READY");
        } else {
            complete();
        }
    }

    void complete() {
        enter("waiting");
        enter("pending");
        if (autoFinalize) {
            finalizeNow();
        } else {
            event("BLOCK_JOB_PENDING", Json.object().put("type", type).put("id", id));
        }
    }

    void finalizeNow() {
        blockJob("COMPLETED");
        conclude();
    }

    void fail(String why) {
        error = why;
        enter("aborting");
        blockJob("COMPLETED");
        conclude();
    }

    /** QEMU tells of the cancellation in the result only, not in the event. */
    void cancel() {
        if (userPaused) {
            wake();
        }
        enter("aborting");
        blockJob("CANCELLED");
        error = "Operation canceled";
        conclude();
    }

    void dismiss() {
        enter("null");
    }

    /** Its entry in {@code query-jobs}. */
    ObjectNode job() {
        ObjectNode job = Json.object()
                .put("current-progress", offset)
                .put("status", status)
                .put("total-progress", len)
                .put("type", type)
                .put("id", id);
        return error == null ? job : job.put("error", error);
    }

    /** Its entry in {@code query-block-jobs}. */
    ObjectNode blockJob() {
        ObjectNode job = Json.object()
                .put("auto-finalize", autoFinalize)
                .put("io-status", "ok")
                .put("device", id)
                .put("auto-dismiss", autoDismiss)
                .put("busy", status.equals("running"))
                .put("len", len)
                .put("offset", offset)
                .put("status", status)
                .put("paused", userPaused)
                .put("speed", speed)
                .put("ready", isReady())
                .put("type", type);
        return error == null ? job : job.put("error", error);
    }

    private void conclude() {
        enter("concluded");
        if (autoDismiss) {
            enter("null");
        }
    }

    private void enter(String next) {
        status = next;
        event("JOB_STATUS_CHANGE", Json.object().put("status", next).put("id", id));
    }

    private void blockJob(String what) {
        ObjectNode data = details();
        event("BLOCK_JOB_" + what, error == null ? data : data.put("error", error));
    }

    private ObjectNode details() {
        return Json.object()
                .put("device", id)
                .put("len", len)
                .put("offset", offset)
                .put("speed", speed)
                .put("type", type);
    }

    private void event(String name, ObjectNode data) {
        events.accept(Outgoing.event(name, data.toString()));
    }
}
