/**
 * Starting a QEMU of one's own: {@link io.github.qmp4j.process.QemuProcess} has a monitor that nobody else can reach, and
 * never outlives the JVM.
 */
@NullMarked
package io.github.qmp4j.process;

import org.jspecify.annotations.NullMarked;
