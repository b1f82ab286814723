/** Looks at a QEMU for what an operator should know: {@link io.github.qmp4j.examples.doctor.Checkup}. */
@NullMarked
package io.github.qmp4j.examples.doctor;

import org.jspecify.annotations.NullMarked;
