/** Adds nodes to QEMU and removes them: targets, probes, and the nodes of released images. */
@NullMarked
package io.github.qmp4j.blockjobs.node;

import org.jspecify.annotations.NullMarked;
