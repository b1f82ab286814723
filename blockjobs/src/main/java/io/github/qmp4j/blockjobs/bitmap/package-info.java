/** Carries persistent dirty bitmaps on to the image that stays. */
@NullMarked
package io.github.qmp4j.blockjobs.bitmap;

import org.jspecify.annotations.NullMarked;
