package io.github.qmp4j.blockjobs.copy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CopyExtent;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.file.ImageCheck;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetNodes;
import io.github.qmp4j.blockjobs.node.TargetProbe;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the target of a copy before anything is written to it: a new file must not exist, and what exists must have the
 * size of the disk and a header that names what the copy will stand on.
 */
public final class TargetCheck {
    private final JobContext context;
    private final JobPlan plan;
    private final CopyRequest request;

    public TargetCheck(JobContext context, JobPlan plan) {
        this.context = context;
        this.plan = plan;
        this.request = (CopyRequest) plan.request();
    }

    /** Looks at the target; fails with {@link BlockChainException} if it does not fit. */
    public CompletableFuture<Void> check() {
        return ImageCheck.check(context, request).thenCompose(allowed -> fits());
    }

    private CompletableFuture<Void> fits() {
        if (request.target() instanceof CopyTarget.Node node) {
            return context.graphs().entry(node.nodeName()).thenCompose(entry -> context.graphs()
                    .readAll()
                    .thenAccept(graph -> checkNode(node.nodeName(), entry, graph.chainOf(node.nodeName()))));
        }
        if (request.target() instanceof CopyTarget.BlockDevice device) {
            return requireUnused(device.path()).thenCompose(unused -> checkImage(device.path(), device.format(), true));
        }
        CopyTarget.File file = (CopyTarget.File) request.target();
        if (request.reuseExternal()) {
            requireOneOpening();
            if (isSpecial(Path.of(file.path()))) {
                throw new BlockChainException(
                        "the target '%s' is no regular file; if it is a block device, say so".formatted(file.path()));
            }
            return requireUnused(file.path()).thenCompose(unused -> checkImage(file.path(), file.format(), false));
        }
        return new TargetProbe(context.client())
                .signOf(file.path())
                .thenAccept(sign -> sign.ifPresent(how -> {
                    throw new BlockChainException(
                            "the target '%s' %s, and a copy would overwrite it; give another path, or ask for reuse (CopyRequest.withReuseExternal)"
                                    .formatted(file.path(), how));
                }));
    }

    /** QEMU finds out only when it has switched the disk (5.2: before that), and the guest has lost the lower layers. */
    private void requireOneOpening() {
        if (CopyPlan.byDriveMirror(request) && request.extent() == CopyExtent.TOP) {
            plan.baseNode().filter(base -> !base.readOnly()).ifPresent(base -> {
                throw new BlockChainException(
                        "drive-mirror would open %s a second time at the pivot, which fails because QEMU has it open for writing; use blockdev-mirror"
                                .formatted(base.label()));
            });
        }
    }

    /** QEMU writes to a block device that is mounted, and to the file of one, as to any other. */
    private CompletableFuture<Void> requireUnused(String path) {
        return CompletableFuture.runAsync(
                () -> use(path).ifPresent(use -> {
                    throw new BlockChainException(
                            "the target '%s' %s on this machine, and a copy would destroy its data; end that use, or give another target"
                                    .formatted(path, use));
                }),
                context.work());
    }

    private Optional<String> use(String path) {
        try {
            return context.options().files().use(path);
        } catch (IOException e) {
            // This program cannot see it; QEMU will say whether it exists.
            return Optional.empty();
        }
    }

    private static boolean isSpecial(Path ours) {
        return Files.exists(ours) && !Files.isRegularFile(ours);
    }

    private CompletableFuture<Void> checkImage(String path, String format, boolean device) {
        TargetNodes looked = new TargetNodes(context.client());
        String name = JobIds.make("copy", "look").value();
        return Futures.flat(looked.addToLookAt(name, format, path, device)
                .thenCompose(node -> context.graphs().entry(node))
                .thenAccept(entry -> checkHeader(path, entry.orElseThrow().path("image")))
                .handle((done, failure) -> looked.remove().thenAccept(left -> refuse(path, format, device, failure))));
    }

    private static void refuse(String path, String format, boolean device, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        Throwable cause = Futures.cause(failure);
        if (cause instanceof QmpCommandException refusal) {
            throw new BlockChainException("the target '%s' cannot be opened as %s on a %s: %s"
                    .formatted(path, format, device ? "block device" : "file", refusal.desc()));
        }
        throw cause instanceof RuntimeException known ? known : new BlockJobException(String.valueOf(cause));
    }

    private void checkSize(String target, JsonNode image) {
        long wanted = plan.before().activeLayer().virtualSize();
        long found = image.path("virtual-size").asLong(-1);
        if (found != wanted) {
            throw new BlockChainException(
                    "the target '%s' has %d bytes and disk %s has %d; a copy needs exactly as many"
                            .formatted(target, found, request.disk(), wanted));
        }
    }

    private void checkHeader(String target, JsonNode image) {
        checkSize(target, image);
        Optional<String> named = Optional.of(image.path("full-backing-filename")
                        .asText(image.path("backing-filename").asText()))
                .filter(name -> !name.isEmpty());
        Optional<String> wanted = plan.baseNode().map(base -> base.path().orElse(base.file()));
        if (!named.equals(wanted)) {
            throw new BlockChainException(
                    "the header of the target '%s' names %s as its backing file, but the copy will stand on %s"
                            .formatted(target, named.orElse("none"), wanted.orElse("none")));
        }
    }

    /** The node of a caller stands on what it stands on; that must be what the copy is to stand on. */
    private void checkNode(String name, Optional<JsonNode> entry, Optional<BlockChain> side) {
        JsonNode image = entry.orElseThrow(
                        () -> new BlockChainException("there is no node '%s' that could be copied to".formatted(name)))
                .path("image");
        if (plan.before().nodes().stream()
                .anyMatch(node -> node.nodeName().filter(name::equals).isPresent())) {
            throw new BlockChainException(
                    "the target '%s' is a node of disk %s itself".formatted(name, request.disk()));
        }
        checkHeader(name, image);
        Iterator<BlockNode> below =
                side.stream().flatMap(chain -> chain.nodes().stream().skip(1)).iterator();
        for (BlockNode node : plan.after()
                .nodes()
                .subList(plan.top() + 1, plan.after().nodes().size())) {
            Optional<BlockNode> there = below.hasNext() ? Optional.of(below.next()) : Optional.empty();
            if (there.filter(node::isSameFile).isEmpty()) {
                throw new BlockChainException("the target '%s' has '%s' below it where the copy has to stand on %s"
                        .formatted(name, there.map(BlockNode::file).orElse("nothing"), node.label()));
            }
        }
        if (below.hasNext()) {
            throw new BlockChainException("the target '%s' stands on '%s', which the copy must not"
                    .formatted(name, below.next().file()));
        }
    }
}
