/**
 * The monitor: which one the user means, a {@link io.github.qmp4j.qmpctl.monitor.Session session} on it, and its jobs and
 * nodes.
 */
@NullMarked
package io.github.qmp4j.qmpctl.monitor;

import org.jspecify.annotations.NullMarked;
