/**
 * A journal on disk: its entries survive any end of the process.
 *
 * <p>{@link io.github.qmp4j.blockjobs.journal.Journal} is what others use. It knows texts by ids, and nothing of jobs. Its
 * writer is the only thread that touches the file; {@code FileLock} keeps other processes out.
 */
@NullMarked
package io.github.qmp4j.blockjobs.journal;

import org.jspecify.annotations.NullMarked;
