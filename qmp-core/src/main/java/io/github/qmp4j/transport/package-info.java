/** Netty, and nothing else knows it: sockets, event loops, and what the kernel tells of a silent peer. Not exported. */
@NullMarked
package io.github.qmp4j.transport;

import org.jspecify.annotations.NullMarked;
