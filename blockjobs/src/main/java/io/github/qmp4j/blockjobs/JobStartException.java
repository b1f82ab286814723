package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpCommandException;
import java.util.List;

/** QEMU refused to start a job, and has left something behind all the same. */
public final class JobStartException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient List<Leftover> leftovers;

    public JobStartException(QmpCommandException refusal, List<Leftover> leftovers) {
        super(refusal.getMessage() + "; left behind: "
                + String.join(", ", leftovers.stream().map(Leftover::name).toList()));
        initCause(refusal);
        this.leftovers = List.copyOf(leftovers);
    }

    /** What is there now and was not before. */
    public List<Leftover> leftovers() {
        return leftovers;
    }
}
