/**
 * The block graph of one QEMU: how it is read without harm, and the nodes, chains and disks in it. {@code JobContext} holds
 * what everything above works with.
 */
@NullMarked
package io.github.qmp4j.blockjobs.graph;

import org.jspecify.annotations.NullMarked;
