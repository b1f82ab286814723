/** Tools of the build and of the launcher: manual pages, and the class list of the CDS archive. */
@NullMarked
package io.github.qmp4j.qmpctl.build;

import org.jspecify.annotations.NullMarked;
