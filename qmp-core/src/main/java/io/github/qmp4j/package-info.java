/**
 * The words of QMP: addresses, commands, options and errors.
 *
 * <p>Where to begin: {@code QmpClient.connect(QmpAddress.parse("unix:/run/vm.qmp"), QmpOptions.defaults())} in
 * {@code io.github.qmp4j.client} gives one session; a {@link io.github.qmp4j.QmpCommand} says what to run on it, and a
 * {@link io.github.qmp4j.QmpException} says what the caller can do next.
 *
 * <h2>Threads</h2>
 *
 * <ul>
 *   <li>A few daemon threads named {@code qmp-loop-N}, shared by all clients, own all protocol state. They never run
 *       user code. Their number does not grow with the number of monitors, and they end with the last client.
 *   <li>Functions that hang on a future ({@code thenApply} …) run on {@link io.github.qmp4j.QmpOptions#callbacks()}, by
 *       default daemon threads named {@code qmp-callback-N} that end when idle. A thread that waits in {@code get} or
 *       {@code join} is woken without it.
 *   <li>The library does its own work on daemon threads named {@code qmp-work-N}, which end when idle: it looks up hosts and
 *       files, connects again, reads the schema, and watches jobs to their end. None of it needs the executor for callbacks.
 *   <li>A task that an executor refuses, or throws an {@code Error} for, runs on a daemon thread of its own, once, and later
 *       where no thread can be made now.
 *   <li>Events of one subscription are delivered on the same executor, one at a time and in order. A listener may send
 *       commands and wait for their replies; one that blocks holds up only itself.
 *   <li>No order is promised between an event and the reply of a command: QEMU itself sends the events of a short job
 *       before the reply of the command that started it.
 * </ul>
 */
@NullMarked
package io.github.qmp4j;

import org.jspecify.annotations.NullMarked;
