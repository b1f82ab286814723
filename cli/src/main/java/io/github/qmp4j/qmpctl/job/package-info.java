/**
 * Starts the jobs of one call ({@link io.github.qmp4j.qmpctl.job.JobInvocation}), or takes over a running one ({@link
 * io.github.qmp4j.qmpctl.job.AdoptedJob}).
 */
@NullMarked
package io.github.qmp4j.qmpctl.job;

import org.jspecify.annotations.NullMarked;
