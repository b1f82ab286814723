/**
 * What went wrong, as one {@link io.github.qmp4j.qmpctl.failure.Failure sentence} and an
 * {@link io.github.qmp4j.qmpctl.failure.ExitCode exit code}.
 */
@NullMarked
package io.github.qmp4j.qmpctl.failure;

import org.jspecify.annotations.NullMarked;
