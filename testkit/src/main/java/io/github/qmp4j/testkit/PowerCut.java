package io.github.qmp4j.testkit;

import io.github.qmp4j.testkit.Recording.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A power cut at one moment of a {@link Recording}. What was written to an image before its last flush is on the disk; of what was
 * written since, each single write may be, whatever became of earlier ones. A flush of one image promises nothing about another.
 */
public final class PowerCut {
    private final Recording recording;
    private final List<Step> safe = new ArrayList<>();
    private final List<Step> unflushed = new ArrayList<>();

    PowerCut(Recording recording, List<Step> ended) {
        this.recording = recording;
        Set<Path> flushedLater = new HashSet<>();
        for (int index = ended.size() - 1; index >= 0; index--) {
            Step step = ended.get(index);
            if (step.operation().isFlush()) {
                flushedLater.add(step.image());
            } else if (step.operation().changesImage()) {
                boolean isSafe =
                        step.operation().flags().contains(LogEntry.Flag.FUA) || flushedLater.contains(step.image());
                (isSafe ? safe : unflushed).add(step);
            }
        }
        Collections.reverse(safe);
        Collections.reverse(unflushed);
    }

    /** The operations that can be lost, in the order in which they ended. */
    public List<Step> unflushed() {
        return Collections.unmodifiableList(unflushed);
    }

    /** The images if of all operations that can be lost only these are not. */
    public CutState keeping(List<Step> kept) {
        List<Step> all = new ArrayList<>(safe);
        all.addAll(kept);
        return recording.after(all);
    }

    /**
     * What is left if nothing is lost, if all is lost that can be, if only the last operation is not lost, if only the first is, and then
     * so many chosen ones, with few losses and with many. There are equal ones among them where little can be lost.
     */
    public List<CutState> states(int chosen, RandomGenerator random) {
        int count = unflushed.size();
        List<CutState> states = new ArrayList<>(List.of(
                keeping(unflushed),
                keeping(List.of()),
                keeping(unflushed.subList(Math.max(0, count - 1), count)),
                keeping(unflushed.subList(Math.min(1, count), count))));
        for (int state = 0; state < chosen; state++) {
            double lost = random.nextDouble();
            states.add(keeping(unflushed.stream()
                    .filter(step -> random.nextDouble() >= lost)
                    .toList()));
        }
        return states;
    }
}
