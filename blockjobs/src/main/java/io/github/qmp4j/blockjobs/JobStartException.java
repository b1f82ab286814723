package io.github.qmp4j.blockjobs;

import java.util.List;

/** A job was not started, and there is more to say of it: why that may be, or what QEMU left behind. */
public final class JobStartException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient List<Leftover> leftovers;

    JobStartException(Throwable refusal, List<Leftover> leftovers, List<String> overlays) {
        super(refusal.getMessage() + left(leftovers) + hint(overlays));
        initCause(refusal);
        this.leftovers = List.copyOf(leftovers);
    }

    private static String left(List<Leftover> leftovers) {
        return leftovers.isEmpty()
                ? ""
                : "; left behind: "
                        + String.join(
                                ", ", leftovers.stream().map(Leftover::name).toList());
    }

    private static String hint(List<String> overlays) {
        return overlays.isEmpty()
                ? ""
                : "; it may be because nodes that an earlier job released still stand above the disk: remove %s with blockdev-del, in this order"
                        .formatted(String.join(", ", overlays));
    }

    /** What is there now and was not before. */
    public List<Leftover> leftovers() {
        return leftovers;
    }
}
