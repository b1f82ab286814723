package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;

/** Shows how jobs come along. It is used by one thread at a time: {@link SharedDisplay} sees to that. */
interface JobDisplay {

    /** A job has been started, or has changed. */
    void show(JobSnapshot snapshot);

    /** Nothing more will be said of this job. */
    void show(JobResult result);

    /** A sentence for a person. */
    void say(String sentence);

    /** Time has passed: comes four times a second. */
    void tick();

    /** A user asks how the jobs stand. */
    void report();
}
