package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.stream.Collectors;

/** A hook of a pivot has failed; {@link BlockJob#outcome()} tells what became of each disk. */
public final class PivotHookException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private PivotHookException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The hook before the pivot failed, so none was sent. */
    public static PivotHookException before(List<JobInfo> jobs, Throwable cause) {
        return new PivotHookException(
                "%s not pivoted, since what was to be done before failed: %s; READY as before, finish or cancel, or pivot again"
                        .formatted(named(jobs), cause),
                cause);
    }

    /** The hook after the pivot failed. */
    public static PivotHookException after(List<JobInfo> jobs, Throwable cause) {
        return new PivotHookException(
                "what was to be done after the pivot failed: %s; %s not affected, the outcome tells how the pivot went"
                        .formatted(cause, named(jobs)),
                cause);
    }

    private static String named(List<JobInfo> jobs) {
        String ids = jobs.stream().map(job -> job.id().value()).collect(Collectors.joining(", "));
        return jobs.size() == 1 ? "job " + ids + " is" : "jobs " + ids + " are";
    }
}
