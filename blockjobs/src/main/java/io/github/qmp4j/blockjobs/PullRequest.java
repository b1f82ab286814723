package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pull, {@code block-stream}: the active layer of a disk, or an image below it, takes over the data of the nodes below, and
 * no longer needs them. They are never deleted: unlike those of a commit they stay valid, and others may stand on them. Immutable; a
 * {@code with} method gives a changed copy.
 */
public final class PullRequest implements BlockJobRequest {
    private final DiskRef disk;

    // Written only before the object is given out.
    private Optional<String> into = Optional.empty();
    private Optional<String> base = Optional.empty();
    private Optional<String> bottom = Optional.empty();
    private BackingName backingName = BackingName.AS_OPENED;
    private JobSettings settings = JobSettings.defaults();

    private PullRequest(DiskRef disk) {
        this.disk = disk;
    }

    private PullRequest(PullRequest from) {
        disk = from.disk;
        into = from.into;
        base = from.base;
        bottom = from.bottom;
        backingName = from.backingName;
        settings = from.settings;
    }

    /** A pull of the whole chain. */
    public static PullRequest of(String disk) {
        return new PullRequest(DiskRef.of(disk));
    }

    private PullRequest changed(Consumer<PullRequest> change) {
        PullRequest copy = new PullRequest(this);
        change.accept(copy);
        copy.requireFitting();
        return copy;
    }

    private void requireFitting() {
        if (base.isPresent() && bottom.isPresent()) {
            throw new IllegalArgumentException("a pull takes a base or a bottom, not both");
        }
    }

    @Override
    public DiskRef disk() {
        return disk;
    }

    /** The image, by node-name or file name, that takes over the data; empty, the default, is the active layer. */
    public Optional<String> into() {
        return into;
    }

    /** The same with another {@link #into()}. */
    public PullRequest withInto(String node) {
        return changed(copy -> copy.into = Optional.of(node));
    }

    /** The node, by node-name or file name, that stays its backing node; empty, the default, pulls all that is below. */
    public Optional<String> base() {
        return base;
    }

    /** The same with another {@link #base()}. */
    public PullRequest withBase(String node) {
        return changed(copy -> copy.base = Optional.of(node));
    }

    /**
     * The lowest node to take over, as another way to give the base: its backing node stays. A pull takes a base or a bottom, not
     * both.
     */
    public Optional<String> bottom() {
        return bottom;
    }

    /** The same with another {@link #bottom()}. */
    public PullRequest withBottom(String node) {
        return changed(copy -> copy.bottom = Optional.of(node));
    }

    /** How the header names the base; without a base it names nothing. */
    public BackingName backingName() {
        return backingName;
    }

    /** The same with another {@link #backingName()}. */
    public PullRequest withBackingName(BackingName name) {
        return changed(copy -> copy.backingName = name);
    }

    @Override
    public JobSettings settings() {
        return settings;
    }

    /** The same with another {@link #settings()}. */
    public PullRequest withSettings(JobSettings settings) {
        return changed(copy -> copy.settings = settings);
    }

    @Override
    public JobType type() {
        return JobType.PULL;
    }

    private List<Object> properties() {
        return List.of(disk, into, base, bottom, backingName, settings);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PullRequest same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "PullRequest" + properties();
    }
}
