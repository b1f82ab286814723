/** The events of all jobs, also of other clients' jobs, for those who listen to all. */
@NullMarked
package io.github.qmp4j.blockjobs.feed;

import org.jspecify.annotations.NullMarked;
