/** The command line of qmp4j; {@link io.github.qmp4j.qmpctl.Main} is where it starts. */
@NullMarked
package io.github.qmp4j.qmpctl;

import org.jspecify.annotations.NullMarked;
