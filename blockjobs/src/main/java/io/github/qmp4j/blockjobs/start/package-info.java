/**
 * Starts jobs: {@code Preflight} refuses, {@code JobStarter} makes, records and sends, {@code Adoption} takes over a job that is there,
 * {@code AdoptOrStart} does one or the other.
 */
@NullMarked
package io.github.qmp4j.blockjobs.start;

import org.jspecify.annotations.NullMarked;
