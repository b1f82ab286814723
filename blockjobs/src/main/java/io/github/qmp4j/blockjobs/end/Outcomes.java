package io.github.qmp4j.blockjobs.end;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.Leftover;
import java.util.ArrayList;
import java.util.List;

/** The notes that the steps after a job's end add to its outcome. Each gives a new one. */
public final class Outcomes {
    private Outcomes() {}

    /** It cannot be proved that the job is done, so no image counts as released. */
    public static JobOutcome inDoubt(JobOutcome outcome, String why) {
        return with(outcome, new End.Unknown(why), List.of(), false);
    }

    /** What the job achieved does not last, so no image counts as released. */
    public static JobOutcome failed(JobOutcome outcome, String why) {
        return with(outcome, new End.Failed(why), List.of(), false);
    }

    public static JobOutcome releasing(JobOutcome outcome, List<BlockNode> images, boolean filesChecked) {
        return with(outcome, outcome.end(), images, filesChecked);
    }

    public static JobOutcome leaving(JobOutcome outcome, List<Leftover> more) {
        List<Leftover> all = new ArrayList<>(outcome.leftovers());
        all.addAll(more);
        return new JobOutcome(
                outcome.job(),
                outcome.end(),
                outcome.head(),
                outcome.progress(),
                outcome.released(),
                outcome.filesChecked(),
                outcome.invalidated(),
                all,
                outcome.size(),
                outcome.plainText());
    }

    private static JobOutcome with(JobOutcome outcome, End end, List<BlockNode> released, boolean filesChecked) {
        return new JobOutcome(
                outcome.job(),
                end,
                outcome.head(),
                outcome.progress(),
                released,
                filesChecked,
                outcome.invalidated(),
                outcome.leftovers(),
                outcome.size(),
                outcome.plainText());
    }
}
