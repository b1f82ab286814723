package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * The file that the guest's disk is on when a job has ended. It can be open in QEMU and no longer at its path: then it is gone
 * when QEMU ends, with all that the job moved into it.
 */
final class HeadFile {
    /** How QEMU calls the file that it puts above a disk for {@code -snapshot}, and unlinks as soon as it is open. */
    private static final Pattern TEMPORARY = Pattern.compile(".*/vl\\.[A-Za-z0-9]{6}");

    private final JobContext context;
    private final JobPlan plan;

    HeadFile(JobContext context, JobPlan plan) {
        this.context = context;
        this.plan = plan;
    }

    /** Fails with {@link BlockChainException} if the job would leave the disk on a temporary file and release its images. */
    CompletableFuture<Void> check() {
        boolean mayBeTemporary = !plan.kind().becomesReady
                && knownPath().filter(HeadFile::isTemporary).isPresent();
        if (!mayBeTemporary) {
            return CompletableFuture.completedFuture(null);
        }
        return look().thenAccept(place -> {
            if (place != Place.THERE) {
                throw new BlockChainException(
                        "disk %s is on a temporary file without a name (-snapshot), and a %s would leave it there, for QEMU to lose at its end; commit the active layer with a pivot, or copy the disk, instead"
                                .formatted(plan.request().disk(), plan.kind().word));
            }
        });
    }

    private static boolean isTemporary(String path) {
        return TEMPORARY.matcher(path).matches();
    }

    /** Fails if what the disk is to be switched to is no longer at its path. */
    CompletableFuture<Void> requireThere() {
        return look().exceptionally(unknown -> Place.UNSEEN).thenAccept(place -> {
            if (place == Place.GONE) {
                throw new BlockJobException(
                        "the file of %s is no longer at its path, and a pivot would leave disk %s on a file without a name; cancel the job"
                                .formatted(
                                        plan.after().activeImage().label(),
                                        plan.request().disk()));
            }
        });
    }

    /** Asks for the path again before anything is released. Never fails. */
    CompletableFuture<JobOutcome> checked(JobOutcome outcome) {
        boolean hasMoved = plan.kind().becomesReady && outcome.head() == JobOutcome.Head.TARGET;
        boolean hasReleased = !plan.kind().becomesReady && !outcome.released().isEmpty();
        if (!outcome.completed() || !(hasMoved || hasReleased)) {
            return CompletableFuture.completedFuture(outcome);
        }
        return look().exceptionally(unknown -> Place.UNSEEN).thenApply(place -> switch (place) {
            case THERE -> outcome;
            case GONE -> outcome.failed(lost(hasMoved));
            case UNSEEN -> outcome.releasing(List.of(), false);
        });
    }

    private String lost(boolean hasMoved) {
        return "%s, but the file of %s is no longer at its path: when QEMU ends, its data are gone; keep QEMU running and copy the disk to a new file"
                .formatted(
                        hasMoved ? "the disk has been switched" : "the job has moved its data",
                        plan.after().activeImage().label());
    }

    private enum Place {
        THERE,
        GONE,
        /** QEMU does not even find its folder, as after a change of its root. */
        UNSEEN
    }

    /** Whether QEMU finds it by its path; what has no absolute path counts as there. */
    private CompletableFuture<Place> look() {
        return path().thenCompose(path -> path.map(this::look).orElseGet(() -> now(Place.THERE)));
    }

    private CompletableFuture<Place> look(String path) {
        TargetProbe probe = new TargetProbe(context.client());
        return probe.isGoneForQemu(path).thenCompose(gone -> {
            if (!gone) {
                return now(Place.THERE);
            }
            // QEMU has just made or opened the target of a copy by this path.
            return plan.kind() == JobPlan.Kind.COPY
                    ? now(Place.GONE)
                    : probe.isGoneForQemu(SharedFolder.of(path))
                            .thenApply(without -> without ? Place.UNSEEN : Place.GONE);
        });
    }

    private static CompletableFuture<Place> now(Place place) {
        return CompletableFuture.completedFuture(place);
    }

    private CompletableFuture<Optional<String>> path() {
        if (plan.request() instanceof CopyRequest copy && copy.target() instanceof CopyTarget.Node node) {
            return context.graphs().readAll().thenApply(graph -> graph.node(node.nodeName())
                    .flatMap(GraphNode::image)
                    .flatMap(image -> plain(image.file())));
        }
        return CompletableFuture.completedFuture(knownPath());
    }

    private Optional<String> knownPath() {
        return plain(plan.after().activeImage().file());
    }

    private static Optional<String> plain(String file) {
        return new FileName(file).plain().filter(path -> path.startsWith("/"));
    }
}
