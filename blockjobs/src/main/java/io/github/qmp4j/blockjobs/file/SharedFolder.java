package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetNodes;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Proves that a folder of QEMU's is the one that this program sees by the same path: a new file of a name and a size that
 * no other program could know is made here, and QEMU opens it and finds that size.
 */
final class SharedFolder {
    private static final int SECTOR = 512;
    private static final int MOST_SECTORS = 1 << 20;

    private final JobContext context;
    private final FileAccess files;

    SharedFolder(JobContext context) {
        this.context = context;
        this.files = context.options().files();
    }

    static String of(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    /** Why it is not proved that the folder is the same, as a sentence; empty if it is. Never fails. */
    CompletableFuture<Optional<String>> doubt(String folder) {
        String path = (folder.equals("/") ? "" : folder) + "/.qmp4j-" + UUID.randomUUID();
        long bytes = (1L + ThreadLocalRandom.current().nextInt(MOST_SECTORS)) * SECTOR;
        return CompletableFuture.supplyAsync(() -> attempt(() -> files.create(path, bytes)), context.work())
                .thenCompose(notMade -> notMade.isPresent()
                        ? CompletableFuture.completedFuture(notMade)
                        : seen(path, bytes).thenApplyAsync(seen -> removed(path, seen), context.work()))
                .exceptionally(failure ->
                        Optional.of(String.valueOf(Futures.cause(failure).getMessage())));
    }

    private CompletableFuture<Optional<String>> seen(String path, long bytes) {
        TargetNodes looked = new TargetNodes(context.client());
        String name = JobIds.make("proof", "look").value();
        return looked.add(TargetNodes.fileToLookAt(name, path))
                .thenCompose(added -> context.graphs().entry(name))
                .thenApply(entry ->
                        entry.map(node -> node.at("/image/virtual-size").asLong())
                                        .filter(size -> size == bytes)
                                        .isPresent()
                                ? Optional.<String>empty()
                                : Optional.of("QEMU sees another file by the name of one that was just made there"))
                .exceptionally(failure -> Optional.of("QEMU does not see a file that was just made there: "
                        + Futures.cause(failure).getMessage()))
                .thenCompose(doubt -> looked.remove()
                        .thenApply(left -> left.isEmpty()
                                ? doubt
                                : Optional.of("the node that looked there could not be removed")));
    }

    private Optional<String> removed(String path, Optional<String> doubt) {
        return attempt(() -> files.delete(path, files.look(path))).or(() -> doubt);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static Optional<String> attempt(Action action) {
        try {
            action.run();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(reason(e));
        }
    }

    /** Those of the file system say no more than a path, and what they are. */
    static String reason(IOException failure) {
        return failure instanceof FileSystemException ? failure.toString() : String.valueOf(failure.getMessage());
    }
}
