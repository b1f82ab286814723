/**
 * Decides the outcome of a job. {@code PlannedOutcome} does so for a job of this library, {@code ObservedOutcome} for one of another
 * client, {@code UnseenEnd} for one whose end no process has seen.
 */
@NullMarked
package io.github.qmp4j.blockjobs.outcome;

import org.jspecify.annotations.NullMarked;
