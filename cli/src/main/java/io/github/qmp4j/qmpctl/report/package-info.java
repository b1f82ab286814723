/** Jobs, disks, chains and schemas as text and as JSON lines. */
@NullMarked
package io.github.qmp4j.qmpctl.report;

import org.jspecify.annotations.NullMarked;
