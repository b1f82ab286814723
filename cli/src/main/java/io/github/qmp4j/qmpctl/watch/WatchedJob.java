package io.github.qmp4j.qmpctl.watch;

import java.util.Optional;

/**
 * The job to watch, as it is known before it has been started.
 *
 * @param disk the disk as the user called it; for a job that another client started its job-id
 * @param kind pull, commit, copy or backup
 * @param newFile the file that a copy makes or made; empty where it makes none, or that is not known
 * @param command how qmpctl is called on this monitor, to be shown with what can be done next
 */
public record WatchedJob(String disk, String kind, ReadyAction whenReady, Optional<String> newFile, String command) {

    /** What becomes of a job that is no longer watched, to go before what can be done; empty where that needs no word. */
    public static String unwatched(String kind) {
        return switch (kind) {
            case "pull" -> "an unwatched pull waits in PENDING at its end, and keeps its chain; ";
            case "commit" ->
                "an unwatched commit below the active layer waits in PENDING at its end, and keeps its chain; ";
            default -> "";
        };
    }
}
