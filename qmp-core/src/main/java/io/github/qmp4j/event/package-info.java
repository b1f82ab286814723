/** What QEMU tells unasked: {@link io.github.qmp4j.event.QmpEvent} and how to hear it. */
@NullMarked
package io.github.qmp4j.event;

import org.jspecify.annotations.NullMarked;
