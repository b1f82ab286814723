package io.github.qmp4j.blockjobs.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Checks whether a path exists before a copy writes to it. QEMU is asked, since its file system may not be ours: it
 * opens the path read-only, first as a file and then as a block device, because for the driver {@code file} a block
 * device looks like a missing path, and {@code drive-mirror} would overwrite it.
 *
 * <p>QEMU has one error class for everything that it cannot open. So a path counts as missing only if QEMU's error is, word for
 * word, its error for a missing path in the same folder. This recognises a file that QEMU may write but not read.
 */
public final class TargetProbe {
    private final QmpClient client;

    public TargetProbe(QmpClient client) {
        this.client = client;
    }

    public CompletableFuture<Boolean> exists(String path) {
        return signOf(path).thenApply(Optional::isPresent);
    }

    /** The sign that a path may exist, as the end of a sentence about it; empty if it does not exist. */
    public CompletableFuture<Optional<String>> signOf(String path) {
        return isOurs(path) ? CompletableFuture.completedFuture(Optional.of("exists")) : signForQemu(path);
    }

    /** Whether QEMU finds nothing at a path, whatever this program sees there. */
    public CompletableFuture<Boolean> isGoneForQemu(String path) {
        return signForQemu(path).thenApply(Optional::isEmpty);
    }

    private static boolean isOurs(String path) {
        try {
            return Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            // No name that this program could look for in its locale; QEMU can.
            return false;
        }
    }

    private CompletableFuture<Optional<String>> signForQemu(String path) {
        String never = path.substring(0, path.lastIndexOf('/') + 1)
                + JobIds.make("never", "made").value();
        return sign("file", path, never)
                .thenCompose(file ->
                        file.isPresent() ? CompletableFuture.completedFuture(file) : sign("host_device", path, never));
    }

    private CompletableFuture<Optional<String>> sign(String driver, String path, String never) {
        return refusal(driver, path).thenCompose(refused -> {
            if (refused.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.of("exists"));
            }
            return refusal(driver, never)
                    .thenApply(of -> of.map(text -> text.replace(never, path)).equals(refused)
                            ? Optional.empty()
                            : Optional.of("may exist, since QEMU says of it: " + refused.get()));
        });
    }

    /** In QEMU's words; empty if it opens the path. */
    private CompletableFuture<Optional<String>> refusal(String driver, String path) {
        String node = JobIds.make("probe", "target").value();
        QmpCommand<JsonNode> add = QmpCommand.of("blockdev-add")
                .with("driver", driver)
                .with("node-name", node)
                .with("filename", path)
                .with("read-only", true)
                .with("force-share", true);
        return Futures.either(
                client.execute(add),
                added -> client.execute(GraphNode.removal(node)).thenApply(deleted -> Optional.empty()),
                cause -> {
                    if (cause instanceof QmpTimeoutException) {
                        // It may be added yet, and then it is to be gone right after.
                        client.execute(GraphNode.removal(node));
                    }
                    return cause instanceof QmpCommandException refused
                            ? CompletableFuture.completedFuture(Optional.of(refused.desc()))
                            : CompletableFuture.failedFuture(cause);
                });
    }
}
