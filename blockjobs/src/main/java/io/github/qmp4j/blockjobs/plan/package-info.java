/**
 * What a request means on a chain, before anything is sent. {@code JobPlan} has one class for each kind of job, {@code Planner} makes
 * them, and {@code StartCommand} is the command that they become.
 */
@NullMarked
package io.github.qmp4j.blockjobs.plan;

import org.jspecify.annotations.NullMarked;
