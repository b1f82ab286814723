/**
 * Writes down the steps of a job that has a key, so that a later process can go on. {@code JobRecorder} is what the other packages use.
 */
@NullMarked
package io.github.qmp4j.blockjobs.record;

import org.jspecify.annotations.NullMarked;
