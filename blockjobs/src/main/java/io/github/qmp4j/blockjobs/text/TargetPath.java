package io.github.qmp4j.blockjobs.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** Says which texts QEMU takes for a path, and which of them can be a disk. */
public final class TargetPath {
    /** QEMU's sets of descriptors, and what it has open itself. */
    private static final Pattern DESCRIPTOR = Pattern.compile(
            "/dev/(fdset|fd)(/.*)?|/dev/std(in|out|err)|/proc/[^/]+/(task/[^/]+/)?fd(/.*)?", Pattern.DOTALL);

    private static final Pattern OF_THE_KERNEL = Pattern.compile("/(proc|sys)(/.*)?", Pattern.DOTALL);

    private TargetPath() {}

    /**
     * Refuses a path that QEMU would not take for the file that is meant.
     *
     * @throws IllegalArgumentException with the fault, and what to do
     */
    public static void require(String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the target '%s' is no absolute path; QEMU would take another name apart".formatted(path));
        }
        String meant = normalized(path);
        if (DESCRIPTOR.matcher(meant).matches()) {
            throw new IllegalArgumentException(
                    "the target '%s' is no path for QEMU but one of its descriptors; give a path, or add a node of it and give that"
                            .formatted(path));
        }
        if (OF_THE_KERNEL.matcher(meant).matches()) {
            throw new IllegalArgumentException(
                    "the target '%s' lies where the kernel shows itself, and no disk can; give another path"
                            .formatted(path));
        }
    }

    /** Without empty parts, dots and steps back, by the text alone. */
    public static String normalized(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }
}
