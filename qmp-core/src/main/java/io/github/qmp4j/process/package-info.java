/**
 * Starting a QEMU, or a storage daemon, of one's own: {@link io.github.qmp4j.process.QemuProcess} and
 * {@link io.github.qmp4j.process.StorageDaemon} have a monitor that no other program can reach, and never outlive the JVM.
 */
@NullMarked
package io.github.qmp4j.process;

import org.jspecify.annotations.NullMarked;
