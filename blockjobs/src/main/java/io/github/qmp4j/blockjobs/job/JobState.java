package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.Doubt;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import java.util.Optional;

/**
 * What a user sees of a job, folded from QEMU's events: without the short pauses that QEMU makes for itself when it
 * drains a node, dozens of them in a busy guest. Belongs to the job's mailbox.
 */
public final class JobState {
    private final JobId id;
    private final ProgressMeter meter;
    private JobType type;
    private JobStatus raw = JobStatus.CREATED;
    private JobStatus shown = JobStatus.CREATED;
    private boolean ready;
    private boolean pausedByUser;
    private boolean finalized;
    private long ioErrors;
    private Optional<String> error = Optional.empty();
    private Optional<Doubt> doubt = Optional.empty();
    private Optional<String> ioStatus = Optional.empty();

    public JobState(JobId id, JobType type, ProgressMeter meter) {
        this.id = id;
        this.type = type;
        this.meter = meter;
    }

    public void type(JobType known) {
        type = known;
    }

    /** Takes a status as QEMU tells it. */
    public void status(JobStatus told) {
        raw = told;
        ready |= told == JobStatus.READY || told == JobStatus.STANDBY;
        switch (told) {
            case PAUSED, STANDBY -> {
                if (pausedByUser && shown != JobStatus.PAUSED_ON_ERROR) {
                    shown = told;
                } else if (shown == JobStatus.CREATED) {
                    // It was met in a pause of another client's, which is not shown.
                    shown = told == JobStatus.STANDBY ? JobStatus.READY : JobStatus.RUNNING;
                }
            }
            case RUNNING, READY -> {
                if (shown == JobStatus.PAUSED_ON_ERROR) {
                    error = Optional.empty();
                }
                // Any client may have resumed it.
                pausedByUser &= !isShownPaused();
                shown = told;
            }
            case PENDING -> shown = finalized && !ready ? JobStatus.WAITING : told;
            case CONCLUDED -> {
                // Shown with the outcome, since until then the last word is not spoken.
            }
            default -> shown = told;
        }
    }

    /** The library finalizes it, so PENDING waits for no user and is not shown. */
    void finalized() {
        finalized = true;
        if (shown == JobStatus.PENDING) {
            shown = JobStatus.WAITING;
        }
    }

    boolean isHalted() {
        return raw == JobStatus.PAUSED || raw == JobStatus.STANDBY;
    }

    boolean isReady() {
        return ready;
    }

    /** Whether QEMU has it paused, but no reason for that is shown. */
    public boolean isHaltedUnexplained() {
        return isHalted() && shown != JobStatus.PAUSED_ON_ERROR;
    }

    private boolean isShownPaused() {
        return shown == JobStatus.PAUSED || shown == JobStatus.STANDBY;
    }

    /** Whether QEMU has it paused, be it only for a moment, and neither an error nor a client's pause is shown. */
    public boolean isHaltedAndShownBusy() {
        return isHaltedUnexplained() && !isShownPaused();
    }

    /** The pause lasts, so it is none of QEMU's own. */
    public void pausedByAnother() {
        if (isHaltedAndShownBusy()) {
            shown = raw;
        }
    }

    /** Whether it goes on only when a client resumes it. */
    boolean waitsForResume() {
        return pausedByUser || isShownPaused() || shown == JobStatus.PAUSED_ON_ERROR;
    }

    public JobStatus shown() {
        return shown;
    }

    void doubt(Optional<Doubt> why) {
        doubt = why;
    }

    public void ioStatus(String told) {
        ioStatus = Optional.of(told);
    }

    void pausedByUser(boolean paused) {
        pausedByUser = paused;
        if (paused && isHalted()) {
            shown = raw;
        }
    }

    boolean isPausedOnError() {
        return shown == JobStatus.PAUSED_ON_ERROR;
    }

    /** QEMU has been asked, and says that an I/O error keeps the job paused. */
    public void pausedOnError(String cause) {
        if (isHalted() && shown != JobStatus.CONCLUDED) {
            shown = JobStatus.PAUSED_ON_ERROR;
            error = Optional.of(cause);
        }
    }

    /** Something that was to be done with the job cannot be done; it goes on as it is. */
    void refused(String why) {
        error = Optional.of(why);
    }

    /** What QEMU's {@code io-status} means, and of what the error was, if that is known. */
    public static String cause(String ioStatus, Optional<String> operation) {
        boolean noSpace = ioStatus.equals("nospace");
        String what = noSpace ? "no space left (nospace)" : "I/O error (" + ioStatus + ")";
        // QEMU tells every error of a pull as one of reading, and no read needs space.
        return operation
                .filter(kind -> !(noSpace && kind.equals("read")))
                .map(kind -> what + " on a " + kind)
                .orElse(what);
    }

    public void ioErrors(long count) {
        ioErrors = count;
    }

    public void ended(Optional<String> finalError) {
        shown = JobStatus.CONCLUDED;
        error = finalError;
    }

    public ProgressMeter meter() {
        return meter;
    }

    public JobInfo info() {
        return new JobInfo(id, type, shown, ready, meter.progress(), ioErrors, error, doubt, ioStatus);
    }
}
