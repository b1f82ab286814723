/** {@code qmpctl demo}: runs each kind of job on its own QEMU and proves that the data stays the same. */
@NullMarked
package io.github.qmp4j.qmpctl.demo;

import org.jspecify.annotations.NullMarked;
