package io.github.qmp4j.blockjobs;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * A commit, {@code block-commit}: the data of the nodes from top down is moved into base, and they are no longer needed.
 *
 * <p>With the active layer as top (the default) the job becomes READY and by default holds there: the guest stays on its
 * overlay, so a commit of the active layer needs no leave of its own. {@link BlockJob#pivot()} or {@link WhenReady#PIVOT}
 * makes base the active layer, {@link BlockJob#finishWithoutPivot()} or {@link WhenReady#FINISH} keeps the overlay. With a
 * node below it the job ends by itself. Filters above the active layer, for example a throttle, stay where they are.
 *
 * @param top the highest node, by node-name or file name, that is committed; empty is the active layer
 * @param base the node that receives the data; empty is the lowest of the chain, or with {@code shallow} the backing node
 *     of top
 * @param shallow whether only top is committed, into the first image below it
 * @param whenReady what is done at READY; a commit that never becomes READY is refused with another than HOLD
 * @param deletesReleased whether the images that the outcome shows to be released are deleted, see
 *     {@link #deletingReleased()}
 * @param backingName how the header of the image above top names the base; for the active layer there is none
 */
public record CommitRequest(
        DiskRef disk,
        Optional<String> top,
        Optional<String> base,
        boolean shallow,
        WhenReady whenReady,
        boolean deletesReleased,
        BackingName backingName,
        JobSettings settings)
        implements BlockJobRequest {

    public CommitRequest {
        if (deletesReleased && whenReady == WhenReady.FINISH) {
            throw new IllegalArgumentException(
                    "a commit that is finished without a pivot releases no images that could be deleted");
        }
    }

    /** A commit of the whole chain into its lowest node. */
    public static CommitRequest of(String disk) {
        return new CommitRequest(
                DiskRef.of(disk),
                Optional.empty(),
                Optional.empty(),
                false,
                WhenReady.HOLD,
                false,
                BackingName.AS_OPENED,
                JobSettings.DEFAULT);
    }

    public CommitRequest top(String node) {
        return changed(draft -> draft.top = Optional.of(node));
    }

    public CommitRequest base(String node) {
        return changed(draft -> draft.base = Optional.of(node));
    }

    public CommitRequest intoBackingNode() {
        return changed(draft -> draft.shallow = true);
    }

    public CommitRequest whenReady(WhenReady then) {
        return changed(draft -> draft.whenReady = then);
    }

    /**
     * Deletes the images that are no longer needed when the commit has completed, and removes their nodes from QEMU: those in
     * {@link JobOutcome#released()}, in folders that are proved to be the same for QEMU and for this program
     * ({@link BlockJobOptions#files()}), which QEMU lets go of and no process has open. An image of the chain that is not
     * deleted is among {@link JobOutcome#leftovers()}, with the reason. Other overlays of these images, in no running QEMU,
     * cannot be seen; they would be lost. A handle that has only adopted the job deletes nothing.
     *
     * @return a request whose start is refused, with the names of the files, where they could not be deleted
     */
    public CommitRequest deletingReleased() {
        return changed(draft -> draft.deletesReleased = true);
    }

    public CommitRequest backingName(BackingName name) {
        return changed(draft -> draft.backingName = name);
    }

    public CommitRequest with(JobSettings newSettings) {
        return changed(draft -> draft.settings = newSettings);
    }

    private CommitRequest changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new CommitRequest(
                disk,
                draft.top,
                draft.base,
                draft.shallow,
                draft.whenReady,
                draft.deletesReleased,
                draft.backingName,
                draft.settings);
    }

    /** What can be changed of a request. */
    private static final class Draft {
        private Optional<String> top;
        private Optional<String> base;
        private boolean shallow;
        private WhenReady whenReady;
        private boolean deletesReleased;
        private BackingName backingName;
        private JobSettings settings;

        Draft(CommitRequest from) {
            top = from.top;
            base = from.base;
            shallow = from.shallow;
            whenReady = from.whenReady;
            deletesReleased = from.deletesReleased;
            backingName = from.backingName;
            settings = from.settings;
        }
    }
}
