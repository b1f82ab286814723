/**
 * Pull, commit and copy of disks of a running QEMU.
 *
 * <p>{@link io.github.qmp4j.blockjobs.BlockJobs} starts a {@link io.github.qmp4j.blockjobs.BlockJobRequest} and gives a
 * {@link io.github.qmp4j.blockjobs.BlockJob}, whose {@code outcome()} tells what is true when the job has ended: proved
 * from the job's own result and from the block graph, and {@code Unknown} where it cannot be proved.
 */
@NullMarked
package io.github.qmp4j.blockjobs;

import org.jspecify.annotations.NullMarked;
