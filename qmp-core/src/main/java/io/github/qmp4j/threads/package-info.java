/** Where work goes that the event loops must not do, and how none of it is lost. Not for users. */
@NullMarked
package io.github.qmp4j.threads;

import org.jspecify.annotations.NullMarked;
