/** Sizes, durations and tables, as people write and read them. */
@NullMarked
package io.github.qmp4j.qmpctl.text;

import org.jspecify.annotations.NullMarked;
