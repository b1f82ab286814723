package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.CutImage;
import io.github.qmp4j.testkit.CutState;
import io.github.qmp4j.testkit.TestkitException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Looks at what a power cut has left: the images must not be corrupt, and the guest's disk must be what it may be. The images are
 * opened as their headers name each other; those that were released are gone by then. Equal ones are looked at once.
 */
final class PowerCutCheck {
    private final PowerCutDisk disk;
    private final PowerCutRun run;
    /** The first seen of the images that hold the same. */
    private final Map<CutImage, CutImage> alike = new HashMap<>();

    private final Map<String, CutImage> firsts = new HashMap<>();
    private final Map<CutImage, Boolean> intact = new HashMap<>();
    /** By the images in use. */
    private final Map<List<CutImage>, Seen> seen = new HashMap<>();
    /** What the guest sees, by its hash. */
    private final Map<String, byte[]> contents = new HashMap<>();

    private final Map<Path, CutImage> inFolder = new HashMap<>();

    /** The hash of what the guest sees, or why it sees nothing. */
    private record Seen(Optional<String> hash, String failure) {}

    PowerCutCheck(PowerCutDisk disk, PowerCutRun run) {
        this.disk = disk;
        this.run = run;
    }

    /** How many states differed in a byte of an image in use. */
    int distinct() {
        return seen.size();
    }

    /** What is wrong when the power was cut after so many steps, and has left this. */
    Optional<String> problem(CutState state, int steps) {
        boolean isCompleted = steps >= run.completed();
        List<String> names = isCompleted ? run.kind().used : List.of("base", "snap", "active");
        List<CutImage> used =
                names.stream().map(name -> first(state.image(disk.image(name)))).toList();
        Path head = disk.image(isCompleted ? run.kind().result : "active");
        Seen what = seen.computeIfAbsent(used, unknown -> look(head, used));
        return what.hash()
                .map(hash -> Objects.requireNonNull(contents.get(hash)))
                .map(bytes -> run.model().wrong(bytes, run.recording(), steps))
                .orElse(Optional.of(what.failure()));
    }

    private CutImage first(CutImage image) {
        return alike.computeIfAbsent(image, unknown -> {
            String key = image.path() + " " + sha256(image.contents());
            return firsts.computeIfAbsent(key, none -> image);
        });
    }

    private Seen look(Path head, List<CutImage> used) {
        try {
            for (String name : PowerCutDisk.NAMES) {
                if (used.stream().noneMatch(image -> image.path().equals(disk.image(name)))) {
                    inFolder.remove(disk.image(name));
                    Files.deleteIfExists(disk.image(name));
                }
            }
            for (CutImage image : used) {
                if (!image.equals(inFolder.put(image.path(), image))) {
                    image.restore();
                }
            }
            for (CutImage image : used) {
                if (!intact.computeIfAbsent(image, unknown -> disk.images.intact(image.path(), "qcow2"))) {
                    return new Seen(Optional.empty(), image.path().getFileName() + " is corrupt, says qemu-img check");
                }
            }
            Path flat = disk.images.flatten(head, "qcow2", "seen.raw");
            byte[] bytes = Files.readAllBytes(flat);
            contents.putIfAbsent(sha256(bytes), bytes);
            return new Seen(Optional.of(sha256(bytes)), "");
        } catch (TestkitException e) {
            return new Seen(Optional.empty(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
