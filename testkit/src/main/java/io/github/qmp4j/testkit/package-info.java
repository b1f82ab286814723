/** What tests against QEMU need: a scripted QMP server, a launcher for real QEMU, and disk images. */
@NullMarked
package io.github.qmp4j.testkit;

import org.jspecify.annotations.NullMarked;
