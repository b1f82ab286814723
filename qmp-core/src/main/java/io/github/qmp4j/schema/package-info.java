/** What a running QEMU says of its own commands and events. */
@NullMarked
package io.github.qmp4j.schema;

import org.jspecify.annotations.NullMarked;
