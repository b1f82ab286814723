/** Finds what earlier processes have left behind in QEMU and in the store. */
@NullMarked
package io.github.qmp4j.blockjobs.reconcile;

import org.jspecify.annotations.NullMarked;
