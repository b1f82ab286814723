package io.github.qmp4j.blockjobs.copy;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.JobStartException;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetProbe;
import io.github.qmp4j.blockjobs.text.Replies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * What a refused start has left behind.
 *
 * @param leftovers what this start is proved to have made
 * @param unclaimed the target's file, where it may as well be of another start, and in use
 */
public record StartLeftovers(List<Leftover> leftovers, Optional<String> unclaimed) {
    /** QEMU's words in all versions: {@code Failed to get "write" lock}. */
    private static final Pattern LOCK = Pattern.compile("\\block\\b");

    public static final StartLeftovers NONE = new StartLeftovers(List.of(), Optional.empty());

    public boolean isNothing() {
        return leftovers.isEmpty() && unclaimed.isEmpty();
    }

    StartLeftovers and(List<Leftover> more) {
        List<Leftover> all = new ArrayList<>(more);
        all.addAll(leftovers);
        return new StartLeftovers(all, unclaimed);
    }

    /** Why a start fails, with what is left of it and what may have made QEMU refuse it; the cause itself if there is nothing to add. */
    public Throwable refusal(Throwable cause, List<String> overlays) {
        return isNothing() && overlays.isEmpty() ? cause : new JobStartException(cause, leftovers, unclaimed, overlays);
    }

    /**
     * Looks for the file that a refused start was to make. It is a leftover only if nothing else can have made it or opened it
     * since: QEMU names no lock of another, no node and no other copy may use it, and no process has it locked.
     *
     * @param cause why the start was refused
     * @param why the reason that the leftover is given
     */
    public static CompletableFuture<StartLeftovers> file(JobContext context, String path, Throwable cause, String why) {
        return unclaimed(context, path)
                .thenCompose(there -> there.isNothing()
                        ? CompletableFuture.completedFuture(there)
                        : isInUse(context, path, cause)
                                .exceptionally(unknown -> true)
                                .thenApply(used -> used
                                        ? there
                                        : new StartLeftovers(
                                                List.of(new Leftover(Leftover.Kind.FILE, path, why)),
                                                Optional.empty())));
    }

    /** The same where another start may have made the file between two steps of this one. */
    static CompletableFuture<StartLeftovers> unclaimed(JobContext context, String path) {
        return new TargetProbe(context.client())
                .exists(path)
                .exceptionally(unknown -> true)
                .thenApply(exists -> exists ? new StartLeftovers(List.of(), Optional.of(path)) : NONE);
    }

    private static CompletableFuture<Boolean> isInUse(JobContext context, String path, Throwable cause) {
        if (LOCK.matcher(String.valueOf(cause.getMessage())).find()) {
            return CompletableFuture.completedFuture(true);
        }
        return context.client()
                .execute(QmpCommand.of("query-jobs"))
                .thenCombine(
                        context.graphs().readAll(),
                        (jobs, graph) -> Replies.stream(jobs)
                                        .map(job -> JobType.of(job.path("type").asText()))
                                        .anyMatch(type -> type == JobType.COPY || type == JobType.BACKUP)
                                || graph.nodes().stream().anyMatch(node -> node.mayBeFile(path)))
                .thenApplyAsync(used -> used || isLocked(context.options().files(), path), context.work());
    }

    private static boolean isLocked(FileAccess files, String path) {
        try {
            return files.look(path).openings().orElse(0) > 0;
        } catch (IOException e) {
            // This program cannot see it; QEMU has said all there is.
            return false;
        }
    }
}
