/**
 * The interactive shell: {@link io.github.qmp4j.qmpctl.shell.Shell} executes lines from a
 * {@link io.github.qmp4j.qmpctl.shell.ShellIo}.
 */
@NullMarked
package io.github.qmp4j.qmpctl.shell;

import org.jspecify.annotations.NullMarked;
