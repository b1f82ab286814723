package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A commit, {@code block-commit}: the data of the nodes from top down is moved into base, and they are no longer needed. Immutable; a
 * {@code with} method gives a changed copy.
 *
 * <p>With the active layer as top (the default) the job becomes READY and by default holds there: the guest stays on its
 * overlay, so a commit of the active layer needs no leave of its own. {@link BlockJob#pivot()} or {@link WhenReady#PIVOT}
 * makes base the active layer, {@link BlockJob#finishWithoutPivot()} or {@link WhenReady#FINISH} keeps the overlay. With a
 * node below it the job ends by itself. Filters above the active layer, for example a throttle, stay where they are.
 */
public final class CommitRequest implements BlockJobRequest {
    private final DiskRef disk;

    // Written only before the object is given out.
    private Optional<String> top = Optional.empty();
    private Optional<String> base = Optional.empty();
    private boolean shallow;
    private WhenReady whenReady = WhenReady.HOLD;
    private boolean deletesReleased;
    private boolean growsDisk;
    private BackingName backingName = BackingName.AS_OPENED;
    private JobSettings settings = JobSettings.defaults();

    private CommitRequest(DiskRef disk) {
        this.disk = disk;
    }

    private CommitRequest(CommitRequest from) {
        disk = from.disk;
        top = from.top;
        base = from.base;
        shallow = from.shallow;
        whenReady = from.whenReady;
        deletesReleased = from.deletesReleased;
        growsDisk = from.growsDisk;
        backingName = from.backingName;
        settings = from.settings;
    }

    /** A commit of the whole chain into its lowest node. */
    public static CommitRequest of(String disk) {
        return new CommitRequest(DiskRef.of(disk));
    }

    private CommitRequest changed(Consumer<CommitRequest> change) {
        CommitRequest copy = new CommitRequest(this);
        change.accept(copy);
        copy.requireFitting();
        return copy;
    }

    private void requireFitting() {
        if (deletesReleased && whenReady == WhenReady.FINISH) {
            throw new IllegalArgumentException(
                    "a commit that is finished without a pivot releases no images that could be deleted");
        }
    }

    @Override
    public DiskRef disk() {
        return disk;
    }

    /** The highest node, by node-name or file name, that is committed; empty, the default, is the active layer. */
    public Optional<String> top() {
        return top;
    }

    /** The same with another {@link #top()}. */
    public CommitRequest withTop(String node) {
        return changed(copy -> copy.top = Optional.of(node));
    }

    /**
     * The node, by node-name or file name, that receives the data; empty, the default, is the lowest of the chain, or, if {@link
     * #shallow()}, the backing node of top.
     */
    public Optional<String> base() {
        return base;
    }

    /** The same with another {@link #base()}. */
    public CommitRequest withBase(String node) {
        return changed(copy -> copy.base = Optional.of(node));
    }

    /** Whether only top is committed, into the first image below it; default no. */
    public boolean shallow() {
        return shallow;
    }

    /** The same with another {@link #shallow()}. */
    public CommitRequest withShallow(boolean onlyTop) {
        return changed(copy -> copy.shallow = onlyTop);
    }

    /** The verb at READY; default hold. A commit that never becomes READY is refused with any other. */
    @Override
    public WhenReady whenReady() {
        return whenReady;
    }

    /** The same with another {@link #whenReady()}. */
    public CommitRequest withWhenReady(WhenReady then) {
        return changed(copy -> copy.whenReady = then);
    }

    /**
     * Whether the images in {@link JobOutcome#released()} are deleted when the commit has completed, and their nodes removed from QEMU;
     * default no. The start is refused, with the names of the files, where it is not proved beforehand that they may be.
     *
     * <p>A file is deleted only if it is proved to be the one that QEMU had open. {@link BlockJobOptions#files()} has to give
     * access to it. Its folder has to be the same for QEMU and for this program. QEMU's image locks have to be seen on it
     * before the start, and its path has to lead to the same file when QEMU has let go of it. It may have no other name, no
     * internal snapshots and no external data file, and no process may have it open as an image. An image that is not deleted
     * is among {@link JobOutcome#leftovers()}, with the reason.
     *
     * <p>Other overlays of these images that are open in no QEMU cannot be seen; they would be lost. A handle that has only
     * adopted the job deletes nothing.
     */
    public boolean deletesReleased() {
        return deletesReleased;
    }

    /** The same with another {@link #deletesReleased()}. */
    public CommitRequest withDeletesReleased(boolean deletes) {
        return changed(copy -> copy.deletesReleased = deletes);
    }

    /**
     * Whether the guest's disk may grow where a commit of the active layer has a larger base; default no, and it is refused. Before
     * the start {@code block_resize} grows the active layer to the size of the base, so that the guest reads zeroes in the new part
     * and not what the base held there. The disk keeps that size even if the commit is not started, or does not complete.
     */
    public boolean growsDisk() {
        return growsDisk;
    }

    /** The same with another {@link #growsDisk()}. */
    public CommitRequest withGrowsDisk(boolean grows) {
        return changed(copy -> copy.growsDisk = grows);
    }

    /** How the header of the image above top names the base; for the active layer there is none. */
    public BackingName backingName() {
        return backingName;
    }

    /** The same with another {@link #backingName()}. */
    public CommitRequest withBackingName(BackingName name) {
        return changed(copy -> copy.backingName = name);
    }

    @Override
    public JobSettings settings() {
        return settings;
    }

    /** The same with another {@link #settings()}. */
    public CommitRequest withSettings(JobSettings settings) {
        return changed(copy -> copy.settings = settings);
    }

    @Override
    public JobType type() {
        return JobType.COMMIT;
    }

    private List<Object> properties() {
        return List.of(disk, top, base, shallow, whenReady, deletesReleased, growsDisk, backingName, settings);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CommitRequest same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "CommitRequest" + properties();
    }
}
