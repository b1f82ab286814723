/** From bytes to messages and back. Not exported. */
@NullMarked
package io.github.qmp4j.codec;

import org.jspecify.annotations.NullMarked;
