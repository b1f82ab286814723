package io.github.qmp4j.blockjobs.file;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.ImageRules;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.text.TargetPath;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Holds the target of a copy, and all that QEMU would open with it, against {@link ImageRules}, before QEMU hears of it. */
public final class ImageCheck {
    private static final int DEEPEST = 200;

    private final JobContext context;
    private final ImageRules rules;
    /** Both are touched by one step after another. */
    private final Set<String> seen = new HashSet<>();

    private final Set<String> proved = new HashSet<>();

    ImageCheck(JobContext context, ImageRules rules) {
        this.context = context;
        this.rules = rules;
    }

    /** Does nothing where there are no rules; fails with {@link BlockChainException} if the target breaks one. */
    public static CompletableFuture<Void> check(JobContext context, CopyRequest request) {
        return context.options()
                .rules()
                .map(rules -> new ImageCheck(context, rules).check(request))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> check(CopyRequest request) {
        if (request.target() instanceof CopyTarget.BlockDevice device) {
            requireDevice(device);
            return CompletableFuture.completedFuture(null);
        }
        if (!(request.target() instanceof CopyTarget.File file)) {
            return CompletableFuture.completedFuture(null);
        }
        if (request.reuseExternal()) {
            return image(new Image("the target", file.path(), file.format()));
        }
        requirePlace("the target", file.path());
        requireDriver("the target", file.format());
        requireDriver("the target", "file");
        return CompletableFuture.completedFuture(null);
    }

    private void requireDevice(CopyTarget.BlockDevice device) {
        requirePlace("the target", device.path());
        requireDriver("the target", device.format());
        requireDriver("the target", "host_device");
        if (!device.format().equals("raw")) {
            throw new BlockChainException(
                    "the target '%s' is a block device with a header (%s), which cannot be proved to be what QEMU reads; copy to it as raw"
                            .formatted(device.path(), device.format()));
        }
    }

    /**
     * A file that QEMU would open.
     *
     * @param what how it is named in a sentence
     * @param format empty for a file that is opened without a format
     */
    private record Image(String what, String path, String format) {
        BlockChainException refusal(String why) {
            return new BlockChainException("%s '%s' %s; QEMU was not made to open it".formatted(what, path, why));
        }
    }

    private CompletableFuture<Void> image(Image image) {
        requirePlace(image.what(), image.path());
        requireDriver(image.what() + " '" + image.path() + "'", "file");
        if (!image.format().isEmpty()) {
            requireDriver(image.what() + " '" + image.path() + "'", image.format());
        }
        if (seen.size() == DEEPEST || !seen.add(TargetPath.normalized(image.path()))) {
            throw image.refusal("names itself through other images, or the chain is too deep");
        }
        String folder = SharedFolder.of(image.path());
        return proof(folder)
                .thenApplyAsync(
                        doubt -> {
                            doubt.ifPresent(why -> {
                                throw image.refusal(
                                        "lies in a folder that is not proved to be QEMU's: %s".formatted(why));
                            });
                            proved.add(folder);
                            return named(image);
                        },
                        context.work())
                .thenCompose(this::images);
    }

    private CompletableFuture<Optional<String>> proof(String folder) {
        return proved.contains(folder)
                ? CompletableFuture.completedFuture(Optional.empty())
                : new SharedFolder(context).doubt(folder);
    }

    private CompletableFuture<Void> images(List<Image> images) {
        return Futures.inTurn(images, this::image);
    }

    /** What the header of an image names; blocks while it is read. */
    private List<Image> named(Image image) {
        FileAccess files = context.options().files();
        try {
            if (!files.resolve(image.path()).equals(TargetPath.normalized(image.path()))) {
                throw image.refusal("is behind a symbolic link");
            }
            return switch (image.format()) {
                case "", "raw" -> List.of();
                case "qcow2" -> named(image, header(image, files.read(image.path(), 0, ImageHeader.LONGEST)));
                default -> throw image.refusal("has a header of %s, which cannot be read".formatted(image.format()));
            };
        } catch (IOException e) {
            throw image.refusal("cannot be read: " + SharedFolder.reason(e));
        }
    }

    private static ImageHeader header(Image image, byte[] tracking) {
        try {
            return ImageHeader.read(tracking);
        } catch (BlockChainException e) {
            throw image.refusal(Objects.requireNonNull(e.getMessage()));
        }
    }

    private static List<Image> named(Image image, ImageHeader header) {
        List<Image> named = new ArrayList<>();
        header.dataFile().ifPresent(data -> {
            // QEMU takes a relative one from the folder that it happens to run in.
            if (!data.startsWith("/")) {
                throw image.refusal("names its data file '%s', which is no absolute path".formatted(data));
            }
            named.add(new Image("the data file of '%s',".formatted(image.path()), data, ""));
        });
        header.backingFile().ifPresent(backing -> {
            String format = header.backingFormat()
                    .orElseThrow(() ->
                            image.refusal("does not tell the format of its backing file '%s', and QEMU would guess it"
                                    .formatted(backing)));
            named.add(new Image("the backing file of '%s',".formatted(image.path()), path(image, backing), format));
        });
        return named;
    }

    /** QEMU takes what stands before a colon for a protocol, unless there is a slash before that. */
    private static String path(Image image, String backing) {
        int colon = backing.indexOf(':');
        int slash = backing.indexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash)) {
            throw image.refusal("names its backing file '%s', which is no path".formatted(backing));
        }
        return backing.startsWith("/") ? backing : SharedFolder.of(image.path()) + "/" + backing;
    }

    /** @throws BlockChainException if a path lies elsewhere */
    private void requirePlace(String what, String path) {
        String meant = TargetPath.normalized(path);
        if (rules.folders().stream().noneMatch(folder -> meant.startsWith(folder.equals("/") ? "/" : folder + "/"))) {
            throw new BlockChainException("%s '%s' lies in none of the folders that images may be in: %s"
                    .formatted(what, path, String.join(", ", rules.folders())));
        }
    }

    /** @throws BlockChainException if a driver is not allowed */
    private void requireDriver(String what, String driver) {
        if (!rules.drivers().contains(driver)) {
            throw new BlockChainException("%s needs the driver %s, which images may not use; they may use %s"
                    .formatted(
                            what,
                            driver,
                            String.join(", ", rules.drivers().stream().sorted().toList())));
        }
    }
}
