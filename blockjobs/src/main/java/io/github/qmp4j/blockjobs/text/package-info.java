/** Names as users and QEMU write them: files, paths, job-ids and node-names. Nothing here asks QEMU. */
@NullMarked
package io.github.qmp4j.blockjobs.text;

import org.jspecify.annotations.NullMarked;
