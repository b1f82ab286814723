package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.RealFile;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.text.FileName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Looks at the files of images that the graph shows to be released: one may be the file of another image of this QEMU by way of
 * a link, or be open in another process. Where QEMU's files are not proved to be this program's, nothing is found out.
 */
public final class FilesInUse {
    private final JobContext context;

    public FilesInUse(JobContext context) {
        this.context = context;
    }

    /** Gives the outcome without the images that are in use, and with what was proved of the others. Never fails. */
    public CompletableFuture<JobOutcome> checked(JobOutcome outcome) {
        if (outcome.released().isEmpty() || context.options().files().equals(FileAccess.none())) {
            return CompletableFuture.completedFuture(outcome);
        }
        return folders(outcome.released())
                .thenCombine(context.graphs().readAll(), Sight::new)
                .thenApplyAsync(sight -> sight.checked(outcome), context.work())
                .exceptionally(unknown -> outcome);
    }

    /** The folders of these images that are the same for QEMU and for this program. */
    private CompletableFuture<Set<String>> folders(List<BlockNode> images) {
        CompletableFuture<Set<String>> proved = CompletableFuture.completedFuture(new HashSet<>());
        for (String folder : images.stream()
                .flatMap(image -> path(image.file()).stream())
                .map(SharedFolder::of)
                .distinct()
                .toList()) {
            proved = proved.thenCompose(
                    before -> new SharedFolder(context).doubt(folder).thenApply(doubt -> {
                        if (doubt.isEmpty()) {
                            before.add(folder);
                        }
                        return before;
                    }));
        }
        return proved;
    }

    private static Optional<String> path(String file) {
        return new FileName(file).plain().filter(path -> path.startsWith("/"));
    }

    /** What can be seen of the files at one moment. */
    private final class Sight {
        private final Set<String> folders;
        private final List<BlockNode> nodes;
        private final Map<String, Optional<RealFile>> seen = new HashMap<>();

        Sight(Set<String> folders, Graph graph) {
            this.folders = folders;
            this.nodes = graph.nodes().stream()
                    .flatMap(node -> node.image().stream())
                    .toList();
        }

        JobOutcome checked(JobOutcome outcome) {
            List<BlockNode> free = new ArrayList<>();
            boolean allProved = true;
            for (BlockNode image : outcome.released()) {
                Optional<RealFile> file = path(image.file())
                        .filter(path -> folders.contains(SharedFolder.of(path)))
                        .flatMap(this::look);
                if (file.isPresent() && isInUse(image, file.get())) {
                    // What uses it uses the images below it too.
                    return Outcomes.releasing(outcome, free, allProved);
                }
                free.add(image);
                allProved = allProved
                        && (image.isFilter() || file.filter(this::showsAllLocks).isPresent());
            }
            return Outcomes.releasing(outcome, free, allProved);
        }

        /** By another name, for its own names are the graph's matter; or by another process. */
        private boolean isInUse(BlockNode image, RealFile file) {
            Predicate<String> isItsOwn = path(image.file()).orElseThrow()::equals;
            return nodes.stream()
                            .flatMap(node -> path(node.file()).stream())
                            .filter(isItsOwn.negate())
                            .anyMatch(path -> leadsTo(file, path))
                    || file.openings().orElse(0) > openingsByThisQemu(file);
        }

        private boolean showsAllLocks(RealFile file) {
            return file.openings().equals(OptionalInt.of((int) openingsByThisQemu(file)));
        }

        /** An image is seen as the node of its format, as that of its file, or as both. */
        private long openingsByThisQemu(RealFile file) {
            List<BlockNode> all = nodes.stream()
                    .filter(node -> path(node.file())
                            .filter(path -> leadsTo(file, path))
                            .isPresent())
                    .toList();
            long asFile =
                    all.stream().filter(node -> node.driver().equals("file")).count();
            return Math.max(asFile, all.size() - asFile);
        }

        private boolean leadsTo(RealFile file, String path) {
            return look(path).filter(file::isSameFile).isPresent();
        }

        private Optional<RealFile> look(String path) {
            return seen.computeIfAbsent(path, unseen -> {
                try {
                    return Optional.of(context.options().files().look(unseen));
                } catch (IOException e) {
                    return Optional.empty();
                }
            });
        }
    }
}
