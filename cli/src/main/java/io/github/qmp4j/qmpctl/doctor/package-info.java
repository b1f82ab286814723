/** Looks at a QEMU for what an operator should know: {@link io.github.qmp4j.qmpctl.doctor.Checkup}. */
@NullMarked
package io.github.qmp4j.qmpctl.doctor;

import org.jspecify.annotations.NullMarked;
