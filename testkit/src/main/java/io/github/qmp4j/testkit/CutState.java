package io.github.qmp4j.testkit;

import java.nio.file.Path;
import java.util.Map;

/** What a {@link PowerCut} has left of the images; equal if all of them are. */
public record CutState(Map<Path, CutImage> images) {

    public CutState {
        images = Map.copyOf(images);
    }

    /**
     * One of the images.
     *
     * @throws IllegalArgumentException if the writes to it were not recorded
     */
    public CutImage image(Path path) {
        CutImage image = images.get(path);
        if (image == null) {
            throw new IllegalArgumentException("the writes to " + path + " were not recorded");
        }
        return image;
    }
}
