/**
 * Completion in bash, zsh and fish, with names from the live monitor:
 * {@link io.github.qmp4j.qmpctl.complete.CompletionCandidates}.
 */
@NullMarked
package io.github.qmp4j.qmpctl.complete;

import org.jspecify.annotations.NullMarked;
