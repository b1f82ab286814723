/** Proves that QEMU can rewrite the header that a job ends with, and corrects one that names the wrong file. */
@NullMarked
package io.github.qmp4j.blockjobs.header;

import org.jspecify.annotations.NullMarked;
