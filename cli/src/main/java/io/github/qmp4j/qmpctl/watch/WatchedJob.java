package io.github.qmp4j.qmpctl.watch;

import java.util.Optional;

/**
 * What is known of a job to watch before its start.
 *
 * @param disk the disk as the user named it; for a job that another client started its job-id
 * @param kind pull, commit, copy or backup
 * @param newFile the file that a copy creates or has created; empty if it creates none, or that is unknown
 * @param command the start of a command line that calls qmpctl on this monitor, for advice
 */
public record WatchedJob(String disk, String kind, ReadyAction whenReady, Optional<String> newFile, String command) {

    /** What an unwatched job of this kind does at its end, to precede advice; empty if it just ends. */
    public static String unwatched(String kind) {
        return switch (kind) {
            case "pull" -> "an unwatched pull waits in PENDING at its end, and keeps its chain; ";
            case "commit" ->
                "an unwatched commit below the active layer waits in PENDING at its end, and keeps its chain; ";
            default -> "";
        };
    }

    /** Advice for a user who has stopped watching. */
    String attachAgain(String name, boolean ready) {
        return unwatched(ready) + "attach again with: %s wait %s".formatted(command, name);
    }

    /** Advice for a job that is overdue. */
    String watchAgain(String name, boolean ready) {
        return unwatched(ready) + "watch it again with: %s wait %s (or cancel)".formatted(command, name);
    }

    /** Advice for a job that is left READY, as the user asked. */
    String endReady(String name) {
        return "it is left running; end it with: %s pivot %s (or finish, or cancel)".formatted(command, name);
    }

    /** Advice for a job that is left READY because its verb failed. */
    String cancelReady(String name) {
        return "the job is left READY, end it with: %s cancel %s".formatted(command, name);
    }

    private String unwatched(boolean ready) {
        return ready ? "" : unwatched(kind);
    }

    boolean isPivotAsked() {
        return whenReady == ReadyAction.PIVOT || whenReady == ReadyAction.PIVOT_TOGETHER;
    }
}
