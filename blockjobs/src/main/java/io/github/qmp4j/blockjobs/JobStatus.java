package io.github.qmp4j.blockjobs;

/**
 * Where a job stands, by QEMU's {@code JobStatus}. The short pauses that QEMU makes for itself are not shown. QEMU tells the pause of
 * another client in the same way, so that one is shown when it has lasted for two questions, see
 * {@link BlockJobOptions#progressInterval()}.
 *
 * <pre>
 * CREATED → RUNNING ⇄ PAUSED, PAUSED_ON_ERROR
 *              ├→ READY ⇄ STANDBY, PAUSED_ON_ERROR     (copy, active commit)
 *              └→ WAITING → PENDING → CONCLUDED         (from READY too, when it is completed)
 *                            ABORTING → CONCLUDED       (from anywhere before)
 * </pre>
 */
public enum JobStatus {
    CREATED,
    RUNNING,
    /** Paused by a client, before READY. */
    PAUSED,
    /** Stopped by an I/O error under {@link ErrorPolicy#STOP} or {@link ErrorPolicy#ENOSPC}; it waits to be resumed. */
    PAUSED_ON_ERROR,
    /** Source and target are in step; waits for a pivot, or to be finished without one. */
    READY,
    /** Paused by a client, after READY. */
    STANDBY,
    /** Its data is moved; the library flushes and finalizes a pull or a commit of its own here. */
    WAITING,
    /** Waits for {@link BlockJob#finalizeJob()}, or, in {@link BlockJobs#list()}, for the client that watches it. */
    PENDING,
    ABORTING,
    CONCLUDED,
    /** A status that this version does not know. */
    OTHER;

    public static JobStatus of(String qmpName) {
        return switch (qmpName) {
            case "created" -> CREATED;
            case "running" -> RUNNING;
            case "paused" -> PAUSED;
            case "ready" -> READY;
            case "standby" -> STANDBY;
            case "waiting" -> WAITING;
            case "pending" -> PENDING;
            case "aborting" -> ABORTING;
            case "concluded" -> CONCLUDED;
            default -> OTHER;
        };
    }
}
