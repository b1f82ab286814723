/** Examples of using the library. */
@NullMarked
package io.github.qmp4j.examples;

import org.jspecify.annotations.NullMarked;
