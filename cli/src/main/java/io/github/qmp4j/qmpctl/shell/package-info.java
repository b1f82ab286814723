/**
 * The interactive shell: {@link io.github.qmp4j.qmpctl.shell.Shell} obeys lines, a
 * {@link io.github.qmp4j.qmpctl.shell.Dialogue} is where they come from and where answers go, and
 * {@link io.github.qmp4j.qmpctl.shell.TypedCommand} is how a QMP command is written.
 */
@NullMarked
package io.github.qmp4j.qmpctl.shell;

import org.jspecify.annotations.NullMarked;
