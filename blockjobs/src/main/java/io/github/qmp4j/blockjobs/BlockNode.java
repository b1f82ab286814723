package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One image of a backing chain.
 *
 * @param nodeName its handle in QEMU; empty where it cannot be known: while a pull runs, the older versions of QEMU
 *     cannot be asked, and twins (one file opened twice) cannot be told apart
 * @param file the file name as QEMU holds it: a path in QEMU's file system, or a {@code json:} or protocol name
 * @param driver the format, for example {@code qcow2} or {@code raw}
 * @param virtualSize in bytes, what the guest sees
 * @param actualSize in bytes, what the file takes; empty where QEMU does not say
 * @param backingFile the name of its backing file in its header; empty without one
 * @param encrypted whether what it holds is encrypted
 * @param bitmaps its dirty bitmaps; of the last time that nodes could be listed
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
        List<DirtyBitmap> bitmaps) {
    private static final Set<String> FILTERS =
            Set.of("throttle", "copy-on-read", "copy-before-write", "preallocate", "compress", "blkdebug", "blkverify");

    public BlockNode {
        bitmaps = List.copyOf(bitmaps);
    }

    /** One that is not encrypted, and has no dirty bitmaps. */
    public BlockNode(
            Optional<String> nodeName,
            String file,
            String driver,
            long virtualSize,
            OptionalLong actualSize,
            boolean readOnly,
            Optional<String> backingFile) {
        this(nodeName, file, driver, virtualSize, actualSize, readOnly, backingFile, false, List.of());
    }

    /** Its node-name, or its file where that is not known. */
    public String label() {
        return nodeName.or(this::path).orElse(file);
    }

    /**
     * The path or URL by which QEMU would open this image, also out of a {@code json:} text; empty where it takes more
     * than a name, for example behind a throttle filter.
     */
    public Optional<String> path() {
        return new FileName(file).plain();
    }

    /** Whether it has no data and no header of its own, but hands on those of the node below it. */
    boolean isFilter() {
        return isFilter(driver);
    }

    static boolean isFilter(String driver) {
        return FILTERS.contains(driver);
    }

    /** Whether the user means this image: its node-name or its file name. */
    boolean isCalled(String name) {
        return nodeName.filter(name::equals).isPresent()
                || file.equals(name)
                || path().filter(name::equals).isPresent();
    }

    BlockNode named(String name) {
        return new BlockNode(
                Optional.of(name), file, driver, virtualSize, actualSize, readOnly, backingFile, encrypted, bitmaps);
    }

    /** Whether both are one image: by node-name where both are known, since a file name can change with its header. */
    boolean isSameImage(BlockNode other) {
        boolean bothNamed = nodeName.isPresent() && other.nodeName.isPresent();
        return bothNamed ? nodeName.equals(other.nodeName) : isSameFile(other);
    }

    /** Whether both are the same file in the same format, be it by the same node or by another one. */
    boolean isSameFile(BlockNode other) {
        return file.equals(other.file) && driver.equals(other.driver);
    }
}
