/**
 * What a person or a program gets to see: {@link io.github.qmp4j.qmpctl.report.Board boards} for jobs that run, JSON
 * lines, tables, drawings, sentences and exit codes.
 */
@NullMarked
package io.github.qmp4j.qmpctl.report;

import org.jspecify.annotations.NullMarked;
