/** The commands of qmpctl, one class each. */
@NullMarked
package io.github.qmp4j.qmpctl.command;

import org.jspecify.annotations.NullMarked;
