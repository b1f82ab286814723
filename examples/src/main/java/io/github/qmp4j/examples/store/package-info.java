/** A job store in a database, as an example of the {@code JobStore} SPI. */
@NullMarked
package io.github.qmp4j.examples.store;

import org.jspecify.annotations.NullMarked;
