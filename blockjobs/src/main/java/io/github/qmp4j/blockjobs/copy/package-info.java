/** Makes and checks the target of a copy, and says what is left of it when the start fails. */
@NullMarked
package io.github.qmp4j.blockjobs.copy;

import org.jspecify.annotations.NullMarked;
