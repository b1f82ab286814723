/**
 * The block graph of one QEMU: how it is read without harm, and what is known of nodes, chains and disks. {@code JobContext} holds
 * what everything above works with.
 */
@NullMarked
package io.github.qmp4j.blockjobs.graph;

import org.jspecify.annotations.NullMarked;
