package io.github.qmp4j.blockjobs.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Which uses of a file or a block device Linux shows: a mount, swap, a loop device, or a device that stands on it, also by way of
 * a partition. The kernel keeps no other program from such a device: QEMU would write over it.
 */
public final class HostUse {
    private final Path root;

    /** @param root where {@code proc} and {@code sys} lie */
    public HostUse(Path root) {
        this.root = root;
    }

    /** The first use that is found, as the end of a sentence about the path; empty if there is none, or it is not shown. */
    public Optional<String> of(Path path) throws IOException {
        Path real = path.toRealPath();
        Optional<String> device = number(real);
        return lines("proc/swaps", 0, real.toString())
                .map(line -> "is in use as swap")
                .or(() -> loop(real))
                .or(() -> device.flatMap(this::ofDevice))
                .or(() -> lines("proc/self/mounts", 0, real.toString())
                        .map(words -> "is mounted at '%s'".formatted(words[1])));
    }

    /** Major and minor of a block device, as {@code 8:1}; empty for anything else. */
    private Optional<String> number(Path real) throws IOException {
        try {
            Map<String, Object> seen = Files.readAttributes(real, "unix:rdev,mode");
            boolean isBlock = seen.get("mode") instanceof Integer mode && (mode & 0170000) == 0060000;
            return isBlock && seen.get("rdev") instanceof Long device
                    ? Optional.of(ImageLocks.major(device) + ":" + ImageLocks.minor(device))
                    : Optional.empty();
        } catch (UnsupportedOperationException | IllegalArgumentException noUnix) {
            return Optional.empty();
        }
    }

    /**
     * By what a block device is in use.
     *
     * @param number major and minor of a block device, as {@code 8:1}
     */
    public Optional<String> ofDevice(String number) {
        Path device = root.resolve("sys/dev/block").resolve(number);
        return mountedAt(number)
                .or(() -> entries(device.resolve("holders"), "*").stream()
                        .findFirst()
                        .map(holder -> "is used by the block device %s".formatted(holder.getFileName())))
                .or(() -> entries(device, "*").stream()
                        .filter(entry -> Files.exists(entry.resolve("partition")))
                        .flatMap(partition -> text(partition.resolve("dev"))
                                .flatMap(this::ofDevice)
                                .map(use -> "has the partition %s, which %s".formatted(partition.getFileName(), use))
                                .stream())
                        .findFirst());
    }

    /** A line has an identity, that of the mount below, the device, the root of the mount, and where it is. */
    private Optional<String> mountedAt(String number) {
        return lines("proc/self/mountinfo", 2, number).map(words -> "is mounted at '%s'".formatted(words[4]));
    }

    private Optional<String> loop(Path real) {
        return entries(root.resolve("sys/block"), "loop*").stream()
                .filter(device -> text(device.resolve("loop/backing_file"))
                        .filter(real.toString()::equals)
                        .isPresent())
                .findFirst()
                .map(device -> "is the file of the loop device %s".formatted(device.getFileName()));
    }

    /** The first line of a list that has this word in this place; the kernel writes a space in a path as {@code \040}. */
    private Optional<String[]> lines(String list, int place, String word) {
        try (Stream<String> lines = Files.lines(root.resolve(list))) {
            return lines.map(line -> line.split("\\s+", -1))
                    .filter(words -> words.length > place
                            && words[place].replace("\\040", " ").equals(word))
                    .findFirst();
        } catch (IOException notShown) {
            return Optional.empty();
        }
    }

    private static List<Path> entries(Path folder, String names) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, names)) {
            return StreamSupport.stream(entries.spliterator(), false).sorted().toList();
        } catch (IOException notShown) {
            return List.of();
        }
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException notShown) {
            return Optional.empty();
        }
    }
}
