package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.record.RecordJson;
import java.time.Instant;
import java.util.Optional;

/**
 * All that must be known of a job to go on with it after a restart of this process: written before each step, and each time
 * whole, so that the newest record of a key needs no older one.
 *
 * @param jobId what the job is called in QEMU
 * @param step the step that comes next, or that has just been seen
 * @param time when that was
 * @param qemu the run of QEMU that the job belongs to
 * @param request what was asked for
 * @param disk the disk with its chain before the job
 * @param predicted its chain when the job has completed, with a pivot where it can have one
 * @param targetNode the node-name that the target of a copy gets; empty for the others
 * @param asked the verb that was sent last to end the job, or was about to be; once QEMU has refused it, the one before that still
 *     stands; empty where there is none
 * @param told what QEMU said of its end; empty before {@link Step#CONCLUDED}
 * @param outcome the outcome, once it is proved; empty before {@link Step#DISMISSED}
 */
public record JobRecord(
        JobKey key,
        JobId jobId,
        Step step,
        Instant time,
        QemuInstance qemu,
        BlockJobRequest request,
        Disk disk,
        BlockChain predicted,
        Optional<String> targetNode,
        Optional<Verb> asked,
        Optional<Told> told,
        Optional<JobOutcome> outcome) {

    /** Where a job stands, in this order; a pull and an intermediate commit are never READY. */
    public enum Step {
        /** The command that starts the job is about to be sent: there may be a job, or not. */
        INTENT,
        /** QEMU has accepted that command. */
        STARTED,
        /** The job is READY. */
        READY,
        /** A verb that ends it is about to be sent: {@link JobRecord#asked()} tells which, a pivot above all. */
        ENDING,
        /** It has ended and its result has been read: {@link JobRecord#told()}. It is about to be dismissed. */
        CONCLUDED,
        /** It is no longer in QEMU, and the {@link JobRecord#outcome()} is final. */
        DISMISSED,
        /** What the job had made and is not needed is gone too, or is named in the outcome. */
        CLEANED
    }

    /**
     * What QEMU said of the end of a job. It is no proof: the graph has not been looked at.
     *
     * @param end how it ended, if QEMU is right
     * @param progress the last that was seen
     */
    public record Told(JobOutcome.End end, JobProgress progress) {}

    /** What ends a job. */
    public enum Verb {
        PIVOT,
        FINISH,
        CANCEL,
        /** Of a pull or an intermediate commit. It is written down only when all that the job moved is on disk. */
        FINALIZE
    }

    /**
     * The first record of a job.
     *
     * @param predicted the chain of the disk when the job has completed, with a pivot where it can have one
     */
    public static JobRecord intent(
            JobKey key,
            BlockJobRequest request,
            Disk disk,
            BlockChain predicted,
            Optional<String> targetNode,
            QemuInstance qemu,
            Instant time) {
        return new JobRecord(
                key,
                key.jobId(),
                Step.INTENT,
                time,
                qemu,
                request,
                disk,
                predicted,
                targetNode,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * A record as {@link #json()} wrote it. Members that this version does not know are passed over.
     *
     * @throws JobStoreException if it is none, or is of a newer format
     */
    public static JobRecord of(JsonNode json) {
        return RecordJson.read(json);
    }

    /** For a store to write down, printable ASCII when it is written as text with non-ASCII escaped; holds a version. */
    public JsonNode json() {
        return RecordJson.write(this);
    }

    /** The next step of the same job. */
    public JobRecord at(Step next, Instant now) {
        return with(next, now, asked, told, outcome);
    }

    /** {@link Step#ENDING}, by this verb. */
    public JobRecord ending(Verb verb, Instant now) {
        return with(Step.ENDING, now, Optional.of(verb), told, outcome);
    }

    /**
     * The step before {@link Step#ENDING} again, since QEMU has refused the verb for good and no other one stands.
     *
     * @param before {@link Step#STARTED} or {@link Step#READY}
     */
    public JobRecord refused(Step before, Instant now) {
        return with(before, now, Optional.empty(), told, outcome);
    }

    /** {@link Step#CONCLUDED}. */
    public JobRecord concluded(Told said, Instant now) {
        return with(Step.CONCLUDED, now, asked, Optional.of(said), outcome);
    }

    /** {@link Step#DISMISSED} or the step after it, with the outcome. */
    public JobRecord at(Step next, JobOutcome proved, Instant now) {
        return with(next, now, asked, told, Optional.of(proved));
    }

    /** The same step, by the verb that QEMU has accepted, or may have. */
    public JobRecord asked(Optional<Verb> accepted) {
        return with(step, time, accepted, told, outcome);
    }

    /** Whether what the job moved was on disk before its header could change. */
    public boolean isFinalized() {
        return asked.equals(Optional.of(Verb.FINALIZE));
    }

    private JobRecord with(
            Step next, Instant now, Optional<Verb> verb, Optional<Told> said, Optional<JobOutcome> proved) {
        return new JobRecord(key, jobId, next, now, qemu, request, disk, predicted, targetNode, verb, said, proved);
    }
}
