/**
 * What is known of how a job ended: QEMU's result, the events, the verbs that this side has sent. {@code EndFacts} puts it together.
 */
@NullMarked
package io.github.qmp4j.blockjobs.end;

import org.jspecify.annotations.NullMarked;
