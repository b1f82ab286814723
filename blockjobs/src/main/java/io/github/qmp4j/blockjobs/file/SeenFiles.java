package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.RealFile;
import io.github.qmp4j.blockjobs.graph.JobContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files at certain paths, as they were while they held QEMU's locks. Another file at such a path later is not the one that QEMU has
 * open.
 */
final class SeenFiles {
    private final JobContext context;
    private final Map<String, RealFile> seen = new ConcurrentHashMap<>();

    SeenFiles(JobContext context) {
        this.context = context;
    }

    /** Looks at those that QEMU has open now. Never fails. */
    CompletableFuture<Void> see(List<String> paths) {
        return context.options().files().equals(FileAccess.none())
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(
                        () -> paths.forEach(path -> file(path)
                                .filter(file -> file.openings().orElse(0) > 0)
                                .ifPresent(file -> seen.putIfAbsent(path, file))),
                        context.work());
    }

    private Optional<RealFile> file(String path) {
        try {
            return Optional.of(context.options().files().look(path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether a path that was seen leads to another file now. Never fails. */
    CompletableFuture<Boolean> isReplaced(String path) {
        return Optional.ofNullable(seen.get(path))
                .map(before -> CompletableFuture.supplyAsync(
                        () -> file(path).filter(now -> !now.isSameFile(before)).isPresent(), context.work()))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }
}
