/** The command line of qmp4j. {@link io.github.qmp4j.qmpctl.Main} starts it; each package below has one subject. */
@NullMarked
package io.github.qmp4j.qmpctl;

import org.jspecify.annotations.NullMarked;
