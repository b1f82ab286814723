package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Disk images in a folder, made and checked by {@code qemu-img} and {@code qemu-io}.
 *
 * <p>Each call ends within 60 s; each throws {@link TestkitException} with the program's output when the program fails. Offsets and
 * sizes are bytes. Only {@link #info} and {@link #backingChain} may be asked about an image that a running QEMU has open; the
 * others fail then on QEMU's image lock.
 *
 * @param folder where new images go; the caller owns it
 */
public record DiskImages(Path folder) {
    /** How {@code qemu-img check} ends. */
    private static final int CORRUPT = 2;

    private static final int ONLY_LEAKS = 3;

    /**
     * A new image of this virtual size; an existing one of that name is overwritten.
     *
     * @param options of the format, for example {@code cluster_size=4k}
     */
    public Path create(String name, String format, long bytes, String... options) {
        return make(name, List.of("-f", format), options, List.of(Long.toString(bytes)));
    }

    /**
     * A new qcow2 image on top of another, of the same virtual size; the backing file is recorded by the path as given.
     *
     * @param options of qcow2, as for {@link #create}
     */
    public Path overlay(String name, Path backing, String backingFormat, String... options) {
        List<String> header = List.of("-f", "qcow2", "-b", backing.toString(), "-F", backingFormat);
        return make(name, header, options, List.of());
    }

    private Path make(String name, List<String> header, String[] options, List<String> size) {
        Path image = folder.resolve(name);
        List<String> arguments = new ArrayList<>(List.of("create", "-q"));
        arguments.addAll(header);
        for (String option : options) {
            arguments.addAll(List.of("-o", option));
        }
        arguments.add(image.toString());
        arguments.addAll(size);
        img(arguments.toArray(String[]::new)).orThrow();
        return image;
    }

    /** The same with a virtual size of its own and options of the format, for example {@code cluster_size=512}; may be none. */
    public Path overlay(String name, String format, Path backing, String backingFormat, long bytes, String... options) {
        Path image = folder.resolve(name);
        List<String> arguments = new ArrayList<>(List.of("create", "-q", "-u", "-f", format));
        for (String option : options) {
            arguments.addAll(List.of("-o", option));
        }
        arguments.addAll(
                List.of("-b", backing.toString(), "-F", backingFormat, image.toString(), Long.toString(bytes)));
        img(arguments.toArray(String[]::new)).orThrow();
        return image;
    }

    /** Fills a range with a byte of 0 to 255, through the image format. */
    public void write(Path image, String format, int pattern, long offset, long bytes) {
        Tool.Result result = io(image, format, "write -P " + pattern + " " + offset + " " + bytes);
        if (!result.out().contains("wrote " + bytes + "/" + bytes + " bytes at offset " + offset)) {
            throw result.failure();
        }
    }

    /** Whether each byte of a range, seen through the backing chain, is this one. */
    public boolean holds(Path image, String format, int pattern, long offset, long bytes) {
        Tool.Result result = io(image, format, "read -P " + pattern + " " + offset + " " + bytes);
        if (result.out().contains("Pattern verification failed")) {
            return false;
        }
        if (!result.out().contains("read " + bytes + "/" + bytes + " bytes at offset " + offset)) {
            throw result.failure();
        }
        return true;
    }

    /** Whether a guest would see the same in both; where one is longer, the rest of it must be zeroes. */
    public boolean identical(Path a, String formatOfA, Path b, String formatOfB) {
        Tool.Result result = img("compare", "-q", "-f", formatOfA, "-F", formatOfB, a.toString(), b.toString());
        if (result.exit() > 1) {
            throw result.failure();
        }
        return result.exit() == 0;
    }

    /** What {@code qemu-img info} says in JSON. */
    public JsonNode info(Path image, String format) {
        return Json.parse(img("info", "-U", "--output=json", "-f", format, image.toString())
                .orThrow()
                .out());
    }

    /** The file names of the backing chain as {@code qemu-img} opens them, this image first. The format is guessed. */
    public List<String> backingChain(Path image) {
        JsonNode chain = Json.parse(img("info", "-U", "--backing-chain", "--output=json", image.toString())
                .orThrow()
                .out());
        return StreamSupport.stream(chain.spliterator(), false)
                .map(layer -> layer.path("filename").asText())
                .toList();
    }

    /** Throws if {@code qemu-img check} finds anything wrong, leaked clusters included. */
    public void check(Path image, String format) {
        img("check", "-q", "-f", format, image.toString()).orThrow();
    }

    /** Puts a snapshot of this name into a qcow2 image. */
    public void snapshot(Path image, String name) {
        img("snapshot", "-c", name, image.toString()).orThrow();
    }

    /** Whether {@code qemu-img check} finds an image intact, which needs its backing files; clusters that leaked do no harm. */
    public boolean intact(Path image, String format) {
        Tool.Result check = img("check", "-q", "-f", format, image.toString());
        return switch (check.exit()) {
            case 0, ONLY_LEAKS -> true;
            case CORRUPT -> false;
            default -> throw check.failure();
        };
    }

    /** A raw copy of what a guest would see now, as a record that no job can change. */
    public Path flatten(Path image, String format, String name) {
        Path copy = folder.resolve(name);
        img("convert", "-q", "-f", format, "-O", "raw", image.toString(), copy.toString())
                .orThrow();
        return copy;
    }

    private static Tool.Result img(String... arguments) {
        return Tool.named("qemu-img").run(List.of(arguments));
    }

    private static Tool.Result io(Path image, String format, String command) {
        // A failed command need not show in the exit status of qemu-io, so the callers look at what it says.
        return Tool.named("qemu-io").run(List.of("-f", format, "-c", command, image.toString()));
    }
}
