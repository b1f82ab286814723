package io.github.qmp4j.blockjobs;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * A pull, {@code block-stream}: the active layer of a disk, or an image below it, takes over the data of the nodes below, and
 * no longer needs them. They are never deleted: unlike those of a commit they stay valid, and others may stand on them.
 *
 * @param into the image, by node-name or file name, that takes over the data; empty is the active layer
 * @param base the node, by node-name or file name, that stays its backing node; empty pulls all that is below
 * @param bottom the lowest node to take over, as another way to give the base: its backing node stays
 * @param backingName how the header names the base; without a base it names nothing
 */
public record PullRequest(
        DiskRef disk,
        Optional<String> into,
        Optional<String> base,
        Optional<String> bottom,
        BackingName backingName,
        JobSettings settings)
        implements BlockJobRequest {

    public PullRequest {
        if (base.isPresent() && bottom.isPresent()) {
            throw new IllegalArgumentException("a pull takes a base or a bottom, not both");
        }
    }

    /** A pull of the whole chain. */
    public static PullRequest of(String disk) {
        return new PullRequest(
                DiskRef.of(disk),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                BackingName.AS_OPENED,
                JobSettings.DEFAULT);
    }

    public PullRequest into(String node) {
        return changed(draft -> draft.into = Optional.of(node));
    }

    public PullRequest base(String node) {
        return changed(draft -> draft.base = Optional.of(node));
    }

    public PullRequest bottom(String node) {
        return changed(draft -> draft.bottom = Optional.of(node));
    }

    public PullRequest backingName(BackingName name) {
        return changed(draft -> draft.backingName = name);
    }

    public PullRequest with(JobSettings newSettings) {
        return changed(draft -> draft.settings = newSettings);
    }

    private PullRequest changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new PullRequest(disk, draft.into, draft.base, draft.bottom, draft.backingName, draft.settings);
    }

    /** What can be changed of a request. */
    private static final class Draft {
        private Optional<String> into;
        private Optional<String> base;
        private Optional<String> bottom;
        private BackingName backingName;
        private JobSettings settings;

        Draft(PullRequest from) {
            into = from.into;
            base = from.base;
            bottom = from.bottom;
            backingName = from.backingName;
            settings = from.settings;
        }
    }

    @Override
    public JobType type() {
        return JobType.PULL;
    }
}
