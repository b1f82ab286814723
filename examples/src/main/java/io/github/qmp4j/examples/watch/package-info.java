/** Follows jobs to their end for a user who may press Ctrl-C: {@link io.github.qmp4j.examples.watch.JobWatch}. */
@NullMarked
package io.github.qmp4j.examples.watch;

import org.jspecify.annotations.NullMarked;
