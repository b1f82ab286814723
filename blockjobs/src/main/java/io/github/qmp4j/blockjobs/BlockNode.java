package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.FileName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One image of a backing chain.
 *
 * @param nodeName its handle in QEMU; empty for an image that QEMU is still to open
 * @param file the file name as QEMU holds it: a path in QEMU's file system, or a {@code json:} or protocol name. Empty
 *     for a node that no device leads to, where a QEMU before 10.0 cannot be asked without danger
 * @param driver the format, for example {@code qcow2} or {@code raw}; empty where the file is
 * @param virtualSize in bytes, what the guest sees
 * @param actualSize in bytes, what the file takes; empty where QEMU does not say
 * @param backingFile the name of its backing file in its header; empty without one
 * @param encrypted whether what it holds is encrypted
 * @param bitmaps its dirty bitmaps; below the active layer of a QEMU before 10.0 those that its header tells of, where nodes could
 *     not be listed
 * @param backingFormat the format that its header gives for its backing file; empty where it gives none
 */
public record BlockNode(
        Optional<String> nodeName,
        String file,
        String driver,
        long virtualSize,
        OptionalLong actualSize,
        boolean readOnly,
        Optional<String> backingFile,
        boolean encrypted,
        List<DirtyBitmap> bitmaps,
        Optional<String> backingFormat) {
    private static final Set<String> FILTERS =
            Set.of("throttle", "copy-on-read", "copy-before-write", "preallocate", "compress", "blkdebug", "blkverify");

    public BlockNode {
        bitmaps = List.copyOf(bitmaps);
    }

    /** One that is not encrypted, has no dirty bitmaps, and gives no format for its backing file. */
    public BlockNode(
            Optional<String> nodeName,
            String file,
            String driver,
            long virtualSize,
            OptionalLong actualSize,
            boolean readOnly,
            Optional<String> backingFile) {
        this(
                nodeName,
                file,
                driver,
                virtualSize,
                actualSize,
                readOnly,
                backingFile,
                false,
                List.of(),
                Optional.empty());
    }

    /** Its node-name, or its file where that is not known. */
    public String label() {
        return nodeName.or(this::path).orElse(file);
    }

    /**
     * The path or URL by which QEMU would open this image, also out of a {@code json:} text; empty where it takes more
     * than a name, for example for a part of a raw file. A throttle or {@code blklogwrites} filter below the format is passed
     * over, since it leaves the data as it is.
     */
    public Optional<String> path() {
        return new FileName(file).plain();
    }

    /** Whether it has no data and no header of its own, but hands on those of the node below it. */
    public boolean isFilter() {
        return isFilter(driver);
    }

    static boolean isFilter(String driver) {
        return FILTERS.contains(driver);
    }

    /** Whether the user means this image: its node-name or its file name. */
    public boolean isCalled(String name) {
        return nodeName.filter(name::equals).isPresent()
                || file.equals(name)
                || path().filter(name::equals).isPresent();
    }

    /** Whether both are one image: by node-name where both are known, since a file name can change with its header. */
    public boolean isSameImage(BlockNode other) {
        boolean bothNamed = nodeName.isPresent() && other.nodeName.isPresent();
        return bothNamed ? nodeName.equals(other.nodeName) : isSameFile(other);
    }

    /** Whether both are the same file in the same format, be it by the same node or by another one. */
    public boolean isSameFile(BlockNode other) {
        return file.equals(other.file) && driver.equals(other.driver);
    }
}
