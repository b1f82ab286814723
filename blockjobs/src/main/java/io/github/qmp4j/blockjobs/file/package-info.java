/**
 * The files of images: which they are, what their headers name, whether they are still at their paths, and which of them may be deleted.
 */
@NullMarked
package io.github.qmp4j.blockjobs.file;

import org.jspecify.annotations.NullMarked;
