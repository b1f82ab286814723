/**
 * The facts about a job's end: QEMU's result, the events, the verbs that this side has sent. {@code EndFacts} puts them together.
 */
@NullMarked
package io.github.qmp4j.blockjobs.end;

import org.jspecify.annotations.NullMarked;
