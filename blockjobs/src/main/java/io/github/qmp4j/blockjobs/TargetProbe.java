package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.client.QmpClient;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds out whether a path exists before a copy writes to it. QEMU is asked, since its file system may not be ours: it
 * opens the path read-only, first as a file and then as a block device, because for the driver {@code file} a block
 * device looks like a path that is not there, and {@code drive-mirror} would overwrite it.
 */
final class TargetProbe {
    private final QmpClient client;

    TargetProbe(QmpClient client) {
        this.client = client;
    }

    CompletableFuture<Boolean> exists(String path) {
        if (Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS)) {
            return CompletableFuture.completedFuture(true);
        }
        return existsForQemu(path);
    }

    CompletableFuture<Boolean> existsForQemu(String path) {
        return opens("file", path)
                .thenCompose(opened -> opened ? CompletableFuture.completedFuture(true) : opens("host_device", path));
    }

    private CompletableFuture<Boolean> opens(String driver, String path) {
        String node = "probe-" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        QmpCommand<JsonNode> add = QmpCommand.of("blockdev-add")
                .with("driver", driver)
                .with("node-name", node)
                .with("filename", path)
                .with("read-only", true)
                .with("force-share", true);
        return client.execute(add)
                .handle((added, failure) -> {
                    if (failure == null) {
                        return client.execute(QmpCommand.of("blockdev-del").with("node-name", node))
                                .thenApply(deleted -> true);
                    }
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause instanceof QmpTimeoutException) {
                        // It may be added yet, and then it is to be gone right after.
                        client.execute(QmpCommand.of("blockdev-del").with("node-name", node));
                    }
                    return cause instanceof QmpCommandException
                            ? CompletableFuture.completedFuture(false)
                            : CompletableFuture.<Boolean>failedFuture(failure);
                })
                .thenCompose(result -> result);
    }
}
