package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetProbe;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.text.FileName;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that the guest's data is in when a job has ended: that of the disk, and that of the image which receives what the job
 * moves. One can be open in QEMU and no longer at its path: then it is gone when QEMU ends, with all that is in it.
 */
public final class HeadFile {
    /** How QEMU calls the file that it puts above a disk for {@code -snapshot}, and unlinks as soon as it is open. */
    private static final Pattern TEMPORARY = Pattern.compile(".*/vl\\.[A-Za-z0-9]{6}");

    private static final String WOULD_BE_LOST = "what the job has moved would end with QEMU";

    private final JobContext context;
    private final JobPlan plan;
    private final SeenFiles seen;

    public HeadFile(JobContext context, JobPlan plan) {
        this.context = context;
        this.plan = plan;
        this.seen = new SeenFiles(context);
    }

    /** Fails with {@link BlockChainException} if the job would leave the disk on a temporary file and release its images. */
    public CompletableFuture<Void> check() {
        BlockNode active = plan.after().activeImage();
        boolean mayBeTemporary = !plan.becomesReady()
                && plain(active.file()).filter(HeadFile::isTemporary).isPresent();
        if (!mayBeTemporary) {
            return CompletableFuture.completedFuture(null);
        }
        return look(active).thenAccept(found -> {
            if (found.place() != Place.THERE) {
                throw new BlockChainException(
                        "disk %s is on a temporary file without a name (-snapshot), and a %s would leave it there, for QEMU to lose at its end; commit the active layer with a pivot, or copy the disk, instead"
                                .formatted(plan.request().disk(), plan.word()));
            }
        });
    }

    private static boolean isTemporary(String path) {
        return TEMPORARY.matcher(path).matches();
    }

    /** QEMU has the files open now: keeps which they are, unless they were seen before. Never fails. */
    public CompletableFuture<Void> see() {
        CompletableFuture<List<String>> paths = CompletableFuture.completedFuture(List.of());
        for (BlockNode image : images()) {
            paths = paths.thenCombine(path(image), (before, path) -> Stream.concat(before.stream(), path.stream())
                    .toList());
        }
        return paths.thenCompose(seen::see).exceptionally(unknown -> null);
    }

    /** Fails if a file that the job leaves the guest's data in is no longer at its path. */
    public CompletableFuture<Void> requireThere() {
        return lookAtAll().thenAccept(found -> {
            if (found.place() == Place.GONE) {
                throw new BlockJobException(gone(found.image())
                        + (plan.becomesReady()
                                ? "a pivot would leave disk %s on a file without a name; cancel the job"
                                        .formatted(plan.request().disk())
                                : WOULD_BE_LOST));
            }
        });
    }

    /** The same of the images that a job moves data into which was met, so that there is no plan. */
    public static CompletableFuture<Void> requireThere(JobContext context, List<BlockNode> receivers) {
        TargetProbe probe = new TargetProbe(context.client());
        return Futures.inTurn(receivers, image -> plain(image.file())
                .map(path -> isGone(probe, path))
                .orElseGet(() -> CompletableFuture.completedFuture(false))
                .thenAccept(gone -> {
                    if (gone) {
                        throw new BlockJobException(gone(image) + WOULD_BE_LOST);
                    }
                }));
    }

    private static CompletableFuture<Boolean> isGone(TargetProbe probe, String path) {
        return probe.isGoneForQemu(path)
                .thenCompose(gone -> gone
                        ? probe.isGoneForQemu(SharedFolder.of(path)).thenApply(without -> !without)
                        : CompletableFuture.completedFuture(false));
    }

    private static String gone(BlockNode image) {
        return "the file of %s is no longer at its path, and ".formatted(image.label());
    }

    /** Asks for the paths again before an outcome names data or releases an image. Never fails. */
    public CompletableFuture<JobOutcome> checked(JobOutcome outcome) {
        boolean hasReleased = plan.becomesReady() || !outcome.released().isEmpty();
        if (!outcome.completed() || !hasReleased) {
            return CompletableFuture.completedFuture(outcome);
        }
        return lookAtAll().thenApply(found -> switch (found.place()) {
            case THERE -> outcome;
            case GONE -> Outcomes.failed(outcome, lost(found.image(), outcome.head() == JobOutcome.Head.TARGET));
            case UNSEEN -> Outcomes.releasing(outcome, List.of(), false);
        });
    }

    private String lost(BlockNode image, boolean hasSwitched) {
        boolean isCopy = plan instanceof CopyPlan;
        String done = hasSwitched
                ? "the disk has been switched"
                : isCopy ? "the copy was complete" : "the job has moved its data";
        return "%s, but the file of %s is no longer at its path: %s"
                .formatted(
                        done,
                        image.label(),
                        isCopy && !hasSwitched
                                ? "there is no copy, and the disk is on its source as before"
                                : "when QEMU ends, its data are gone; keep QEMU running and copy the disk to a new file");
    }

    private enum Place {
        THERE,
        /** Not at its path, or another file is. */
        GONE,
        /** QEMU does not even find its folder, as after a change of its root. */
        UNSEEN
    }

    private record Found(Place place, BlockNode image) {}

    private List<BlockNode> images() {
        BlockNode active = plan.after().activeImage();
        List<BlockNode> images = new ArrayList<>(List.of(active));
        if (!plan.receiver().isSameImage(active)) {
            images.add(plan.receiver());
        }
        return images;
    }

    /** The first that is not there. Never fails. */
    private CompletableFuture<Found> lookAtAll() {
        CompletableFuture<Found> all = CompletableFuture.completedFuture(
                new Found(Place.THERE, plan.after().activeImage()));
        for (BlockNode image : images()) {
            all = all.thenCompose(before -> before.place() == Place.THERE
                    ? look(image).exceptionally(unknown -> new Found(Place.UNSEEN, image))
                    : CompletableFuture.completedFuture(before));
        }
        return all;
    }

    /** Whether QEMU finds it by its path; what has no absolute path counts as there. */
    private CompletableFuture<Found> look(BlockNode image) {
        return path(image)
                .thenCompose(path -> path.map(this::look).orElseGet(() -> now(Place.THERE)))
                .thenApply(place -> new Found(place, image));
    }

    private CompletableFuture<Place> look(String path) {
        TargetProbe probe = new TargetProbe(context.client());
        return probe.isGoneForQemu(path).thenCompose(gone -> {
            if (!gone) {
                return seen.isReplaced(path).thenApply(replaced -> replaced ? Place.GONE : Place.THERE);
            }
            // QEMU has just made or opened the target of a copy by this path.
            return plan instanceof CopyPlan
                    ? now(Place.GONE)
                    : probe.isGoneForQemu(SharedFolder.of(path))
                            .thenApply(without -> without ? Place.UNSEEN : Place.GONE);
        });
    }

    private static CompletableFuture<Place> now(Place place) {
        return CompletableFuture.completedFuture(place);
    }

    private CompletableFuture<Optional<String>> path(BlockNode image) {
        if (plan instanceof CopyPlan copy && copy.copy().target() instanceof CopyTarget.Node node) {
            return context.graphs().readAll().thenApply(graph -> graph.node(node.nodeName())
                    .flatMap(GraphNode::image)
                    .flatMap(known -> plain(known.file())));
        }
        return CompletableFuture.completedFuture(plain(image.file()));
    }

    private static Optional<String> plain(String file) {
        return new FileName(file).plain().filter(path -> path.startsWith("/"));
    }
}
