/** Options that several commands share, and how their values are read. */
@NullMarked
package io.github.qmp4j.qmpctl.option;

import org.jspecify.annotations.NullMarked;
