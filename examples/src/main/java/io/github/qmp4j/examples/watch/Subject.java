package io.github.qmp4j.examples.watch;

/**
 * The job to watch, as it is known before it has been started.
 *
 * @param disk the disk as the user called it; for a job that somebody else started its job-id
 * @param kind pull, commit, copy or backup
 * @param command how qmpctl is called on this monitor, to be shown with what can be done next
 */
public record Subject(String disk, String kind, WhenReady whenReady, String command) {}
