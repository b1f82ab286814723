/** Starting QEMU with a monitor of one's own. */
@NullMarked
package io.github.qmp4j.process;

import org.jspecify.annotations.NullMarked;
