/**
 * One job from its start to its outcome: its events, its status, its verbs, and the handle that users hold. {@code TrackedJob} is the
 * centre.
 */
@NullMarked
package io.github.qmp4j.blockjobs.job;

import org.jspecify.annotations.NullMarked;
