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
 * @param growsDisk whether the disk may grow to the size of a larger base, see {@link #growingDisk()}
 * @param backingName how the header of the image above top names the base; for the active layer there is none
 */
public record CommitRequest(
        DiskRef disk,
        Optional<String> top,
        Optional<String> base,
        boolean shallow,
        WhenReady whenReady,
        boolean deletesReleased,
        boolean growsDisk,
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
     * Deletes the images in {@link JobOutcome#released()} when the commit has completed, and removes their nodes from QEMU.
     *
     * <p>A file is deleted only if it is proved to be the one that QEMU had open. {@link BlockJobOptions#files()} has to give
     * access to it. Its folder has to be the same for QEMU and for this program. QEMU's image locks have to be seen on it
     * before the start, and its path has to lead to the same file when QEMU has let go of it. It may have no other name, no
     * internal snapshots and no external data file, and no process may have it open as an image. An image that is not deleted
     * is among {@link JobOutcome#leftovers()}, with the reason.
     *
     * <p>Other overlays of these images that are open in no QEMU cannot be seen; they would be lost. A handle that has only
     * adopted the job deletes nothing.
     *
     * @return a request whose start is refused, with the names of the files, where that is not proved beforehand
     */
    public CommitRequest deletingReleased() {
        return changed(draft -> draft.deletesReleased = true);
    }

    /**
     * Lets a commit of the active layer grow the guest's disk where the base is larger; without this it is refused. Before the
     * start {@code block_resize} grows the active layer to the size of the base, so that the guest reads zeroes in the new part
     * and not what the base held there. The disk keeps that size even if the commit is not started, or does not complete.
     */
    public CommitRequest growingDisk() {
        return changed(draft -> draft.growsDisk = true);
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
                draft.growsDisk,
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
        private boolean growsDisk;
        private BackingName backingName;
        private JobSettings settings;

        Draft(CommitRequest from) {
            top = from.top;
            base = from.base;
            shallow = from.shallow;
            whenReady = from.whenReady;
            deletesReleased = from.deletesReleased;
            growsDisk = from.growsDisk;
            backingName = from.backingName;
            settings = from.settings;
        }
    }

    @Override
    public JobType type() {
        return JobType.COMMIT;
    }
}
