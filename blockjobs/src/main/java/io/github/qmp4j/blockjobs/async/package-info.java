/** Asynchronous work: one piece at a time, merged, repeated, or later. */
@NullMarked
package io.github.qmp4j.blockjobs.async;

import org.jspecify.annotations.NullMarked;
