package io.github.qmp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a {@link WriteRecorder} has seen: the operations on several images, in one order. {@link #cutAfter} says what a power cut would
 * leave of them. Immutable.
 */
public final class Recording {
    private final Map<Path, byte[]> before;
    private final Map<Path, WriteLog> logs;
    private final List<Step> steps;

    Recording(Map<Path, byte[]> before, Map<Path, WriteLog> logs, List<Step> steps) {
        this.before = Map.copyOf(before);
        this.logs = Map.copyOf(logs);
        this.steps = List.copyOf(steps);
    }

    /**
     * One operation on one of the images.
     *
     * @param index which one of the operations on this image it is, from 0
     * @param position the {@link WriteRecorder#position} right after it was recorded
     */
    public record Step(Path image, int index, LogEntry operation, long position) {}

    /** All operations, in the order in which they ended. */
    public List<Step> steps() {
        return steps;
    }

    /** How many steps had been recorded at a {@link WriteRecorder#position}. */
    public int stepsUntil(long position) {
        return (int) steps.stream().filter(step -> step.position() <= position).count();
    }

    /** The power is cut when so many steps have ended. */
    public PowerCut cutAfter(int count) {
        return new PowerCut(this, steps.subList(0, count));
    }

    /** The images after these steps. */
    CutState after(List<Step> kept) {
        Map<Path, BitSet> indexes = new HashMap<>();
        kept.forEach(step ->
                indexes.computeIfAbsent(step.image(), image -> new BitSet()).set(step.index()));
        Map<Path, CutImage> images = new HashMap<>();
        logs.forEach((path, log) -> images.put(
                path,
                new CutImage(
                        path,
                        Objects.requireNonNull(before.get(path)),
                        log,
                        indexes.getOrDefault(path, new BitSet()))));
        return new CutState(images);
    }

    /** Throws {@link TestkitException} unless the images are, byte by byte, what the recording makes of them. */
    void requireWhole() {
        for (CutImage image : after(steps).images().values()) {
            try {
                if (!Arrays.equals(Files.readAllBytes(image.path()), image.contents())) {
                    throw new TestkitException("the record of the writes to " + image.path() + " is not complete");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
