package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;

/** Shows the state of running jobs. {@link SharedDisplay} calls it from one thread only. */
interface JobDisplay {

    /** Shows a job that has started or changed. */
    void show(JobSnapshot snapshot);

    /** Shows the result of a job; nothing follows for this job. */
    void show(JobResult result);

    /** Shows a sentence for people. */
    void say(String sentence);

    /** Redraws what has changed. Called four times a second. */
    void tick();

    /** Shows the state of all jobs at the request of the user. */
    void report();
}
