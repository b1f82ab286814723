/** Shows running jobs on a terminal, in plain lines or in JSON: {@link io.github.qmp4j.qmpctl.display.SharedDisplay}. */
@NullMarked
package io.github.qmp4j.qmpctl.display;

import org.jspecify.annotations.NullMarked;
