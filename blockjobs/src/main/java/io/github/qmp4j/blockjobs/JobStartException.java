package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;

/** A job was not started, and there is more to say of it: why that may be, or what QEMU left behind. */
public final class JobStartException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient List<Leftover> leftovers;

    /**
     * With what the start has left behind.
     *
     * @param leftovers what the start has left behind
     * @param unclaimed a file that appeared meanwhile, and may be another start's
     * @param overlays nodes above the disk that may be why QEMU refused the start, in the order in which they can be removed
     */
    public JobStartException(
            Throwable refusal, List<Leftover> leftovers, Optional<String> unclaimed, List<String> overlays) {
        super(refusal.getMessage() + left(leftovers) + appeared(unclaimed) + hint(overlays), refusal);
        this.leftovers = List.copyOf(leftovers);
    }

    /**
     * With more to say.
     *
     * @param more what else there is to say of a start that failed, as the end of its message
     */
    public JobStartException(Throwable refusal, String more) {
        super(refusal.getMessage() + more, refusal);
        this.leftovers = refusal instanceof JobStartException start ? start.leftovers() : List.of();
    }

    private static String appeared(Optional<String> unclaimed) {
        return unclaimed
                .map(
                        "; look at the file %s: it was not there before, and this start or another one, which may use it, has made it"
                                ::formatted)
                .orElse("");
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

    /** What this start has made and left: proved to be its own, a file only if no process has it open. */
    @Override
    public List<Leftover> leftovers() {
        return leftovers;
    }
}
