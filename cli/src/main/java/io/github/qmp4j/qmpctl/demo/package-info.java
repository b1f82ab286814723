/** {@code qmpctl demo}: the main job on a QEMU of its own, with the data proved unchanged. */
@NullMarked
package io.github.qmp4j.qmpctl.demo;

import org.jspecify.annotations.NullMarked;
