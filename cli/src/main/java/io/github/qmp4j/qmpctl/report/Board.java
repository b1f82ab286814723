package io.github.qmp4j.qmpctl.report;

/** Shows how jobs come along. It is used by one thread at a time: {@link Noticeboard} sees to that. */
interface Board {

    /** A job has been started, or has changed. */
    void show(Sight sight);

    /** Nothing more will be said of this job. */
    void show(JobResult result);

    /** A sentence for a person. */
    void say(String sentence);

    /** Time has passed: comes four times a second. */
    void tick();

    /** A user asks how the jobs stand. */
    void report();
}
