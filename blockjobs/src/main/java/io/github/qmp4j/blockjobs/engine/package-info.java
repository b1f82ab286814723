/** Puts the parts together for one QEMU. {@code MonitoredJobs} is what {@code BlockJobs.of} makes. */
@NullMarked
package io.github.qmp4j.blockjobs.engine;

import org.jspecify.annotations.NullMarked;
