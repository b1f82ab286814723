package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.ReleasedNodes;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Deletes the images that a commit has released, where its request asks for that. An image is deleted only if the job has
 * completed, it is released, the folder is proved to be QEMU's, the file is the one that QEMU had open, QEMU has let go of its
 * nodes, and no process has the file locked. Whatever is not deleted is named.
 */
public final class ReleasedFiles {
    private final JobContext context;
    private final JobPlan plan;
    private final boolean wanted;
    private final DeletableFiles files;

    /** What was found out of each folder; touched by one step after another. */
    private final Map<String, Optional<String>> doubts = new HashMap<>();

    public ReleasedFiles(JobContext context, JobPlan plan) {
        this.context = context;
        this.plan = plan;
        this.wanted = plan.request() instanceof CommitRequest commit && commit.deletesReleased();
        this.files = new DeletableFiles(context.options().files());
    }

    /** Fails with {@link BlockChainException} if it is known beforehand that a file could not be deleted. */
    public CompletableFuture<Void> check() {
        if (!wanted) {
            return CompletableFuture.completedFuture(null);
        }
        List<BlockNode> images = images();
        if (context.options().files().equals(FileAccess.none())) {
            throw refusal(images, "this program has been given no access to QEMU's files");
        }
        images.stream().filter(image -> path(image).isEmpty()).findFirst().ifPresent(image -> {
            throw refusal(images, "'%s' is no file by a plain name".formatted(image.file()));
        });
        CompletableFuture<Void> proved = CompletableFuture.completedFuture(null);
        for (String folder : images.stream()
                .map(image -> SharedFolder.of(path(image).orElseThrow()))
                .distinct()
                .toList()) {
            proved = proved.thenCompose(before -> new SharedFolder(context).doubt(folder))
                    .thenAccept(doubt -> doubt.ifPresent(why -> {
                        throw refusal(images, "the folder %s is not proved to be QEMU's: %s".formatted(folder, why));
                    }));
        }
        return proved.thenAcceptAsync(
                before -> images.forEach(image -> doubt(image).ifPresent(why -> {
                    throw refusal(images, "%s: %s".formatted(path(image).orElseThrow(), why));
                })),
                context.work());
    }

    /** QEMU has the images open, and a job that is to release them is under way: keeps which files they are. Never fails. */
    public CompletableFuture<Void> seeOpen() {
        return wanted
                ? CompletableFuture.runAsync(() -> images().forEach(this::doubt), context.work())
                : CompletableFuture.completedFuture(null);
    }

    private List<BlockNode> images() {
        return plan.dropped().stream().filter(node -> !node.isFilter()).toList();
    }

    private Optional<String> doubt(BlockNode image) {
        return path(image)
                .map(path -> files.doubt(path, image.driver()))
                .orElseGet(() -> Optional.of("it is no file by a plain name"));
    }

    private static BlockChainException refusal(List<BlockNode> images, String why) {
        return new BlockChainException("the images %s could not be deleted after the commit: %s; delete them yourself"
                .formatted(
                        String.join(
                                ", ",
                                images.stream()
                                        .map(image -> image.path().orElse(image.file()))
                                        .toList()),
                        why));
    }

    /** An absolute path; empty for what has no such, or needs more than that. */
    private static Optional<String> path(BlockNode image) {
        return image.path().filter(path -> path.startsWith("/"));
    }

    /** Deletes what the outcome shows to be released. Never fails. */
    public CompletableFuture<JobOutcome> delete(JobOutcome outcome) {
        boolean switched = !plan.becomesReady() || outcome.head() == JobOutcome.Head.TARGET;
        if (!wanted || !outcome.completed() || !switched) {
            return CompletableFuture.completedFuture(outcome);
        }
        boolean holdsBitmaps = outcome.leftovers().stream().anyMatch(one -> one.kind() == Leftover.Kind.BITMAP);
        List<Leftover> left = new ArrayList<>(plan.dropped().stream()
                .filter(image -> !image.isFilter()
                        && (holdsBitmaps || !outcome.released().contains(image)))
                .map(image -> leftover(
                        image,
                        holdsBitmaps ? "not all dirty bitmaps have been merged" : "another process may still use it"))
                .toList());
        List<BlockNode> free = holdsBitmaps ? List.of() : outcome.released();
        return Futures.inTurn(free, image -> delete(image)
                        .thenAccept(why -> why.ifPresent(reason -> left.add(leftover(image, reason)))))
                .handle((done, failure) -> Outcomes.leaving(outcome, left));
    }

    private static Leftover leftover(BlockNode image, String why) {
        return path(image).isPresent() && !image.isFilter()
                ? new Leftover(Leftover.Kind.FILE, path(image).get(), "it was to be deleted, but " + why)
                : new Leftover(Leftover.Kind.NODE, image.label(), "it was to be deleted, but " + why);
    }

    /** Why it is not deleted; empty if it is. Never fails. */
    private CompletableFuture<Optional<String>> delete(BlockNode image) {
        return folderDoubt(image)
                .thenCompose(
                        doubt -> doubt.isPresent() ? CompletableFuture.completedFuture(doubt) : lookedAtAgain(image))
                .thenCompose(doubt -> doubt.isPresent()
                        ? CompletableFuture.completedFuture(doubt)
                        : new ReleasedNodes(context)
                                .remove(image)
                                .thenCompose(held ->
                                        held.isPresent() ? CompletableFuture.completedFuture(held) : stillThere(image))
                                .thenApplyAsync(held -> held.or(() -> unlinked(image)), context.work()))
                .exceptionally(failure ->
                        Optional.of(String.valueOf(Futures.cause(failure).getMessage())));
    }

    private CompletableFuture<Optional<String>> folderDoubt(BlockNode image) {
        if (image.isFilter()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (path(image).isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of("it is no file by a plain name"));
        }
        String folder = SharedFolder.of(path(image).get());
        return doubts.containsKey(folder)
                ? CompletableFuture.completedFuture(doubts.get(folder))
                : new SharedFolder(context).doubt(folder).thenApply(doubt -> {
                    doubts.put(folder, doubt);
                    return doubt;
                });
    }

    /** As long as QEMU has it open, it must still be the file at its path. */
    private CompletableFuture<Optional<String>> lookedAtAgain(BlockNode image) {
        return context.graphs()
                .read()
                .thenApplyAsync(
                        graph -> !image.isFilter()
                                        && image.nodeName().flatMap(graph::node).isPresent()
                                ? doubt(image)
                                : Optional.empty(),
                        context.work());
    }

    /** A node that another client has added since the job ended may have no name, or no locks. */
    private CompletableFuture<Optional<String>> stillThere(BlockNode image) {
        return context.graphs()
                .readAll()
                .thenApply(graph -> image.isFilter()
                                || (graph.isAllKnown()
                                        && graph.nodes().stream().noneMatch(node -> node.mayBeFile(image.file())))
                        ? Optional.empty()
                        : Optional.of("QEMU may still have it open"));
    }

    private Optional<String> unlinked(BlockNode image) {
        return image.isFilter() ? Optional.empty() : files.delete(path(image).orElseThrow(), image.driver());
    }
}
