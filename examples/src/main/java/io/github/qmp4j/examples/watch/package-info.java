/** Follows jobs to their end for somebody who may press Ctrl-C: {@link io.github.qmp4j.examples.watch.JobWatch}. */
@NullMarked
package io.github.qmp4j.examples.watch;

import org.jspecify.annotations.NullMarked;
