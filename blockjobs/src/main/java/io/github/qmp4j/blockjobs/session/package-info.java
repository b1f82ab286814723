/**
 * What outlives one session with QEMU: a client that returns, a subscription that lasts, and the small objects that the library keeps in
 * QEMU.
 */
@NullMarked
package io.github.qmp4j.blockjobs.session;

import org.jspecify.annotations.NullMarked;
