/** Follows jobs to their end while the user may press Ctrl-C: {@link io.github.qmp4j.qmpctl.watch.JobWatch}. */
@NullMarked
package io.github.qmp4j.qmpctl.watch;

import org.jspecify.annotations.NullMarked;
