/** Where the output goes: {@link io.github.qmp4j.qmpctl.output.Console} and {@link io.github.qmp4j.qmpctl.output.Screen}. */
@NullMarked
package io.github.qmp4j.qmpctl.output;

import org.jspecify.annotations.NullMarked;
