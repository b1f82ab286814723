/**
 * Observers for Micrometer and for Java Flight Recorder. Both are optional: a program that uses neither needs neither on
 * its class path, and nothing else of this library refers to them.
 */
@NullMarked
package io.github.qmp4j.observe;

import org.jspecify.annotations.NullMarked;
