/**
 * The interactive shell: {@link io.github.qmp4j.examples.shell.Shell} obeys lines, a
 * {@link io.github.qmp4j.examples.shell.Dialogue} is where they come from and where answers go, and
 * {@link io.github.qmp4j.examples.shell.TypedCommand} is how a QMP command is written.
 */
@NullMarked
package io.github.qmp4j.examples.shell;

import org.jspecify.annotations.NullMarked;
