/** Checks one monitor for what an operator should know: {@link io.github.qmp4j.qmpctl.doctor.DoctorChecks}. */
@NullMarked
package io.github.qmp4j.qmpctl.doctor;

import org.jspecify.annotations.NullMarked;
