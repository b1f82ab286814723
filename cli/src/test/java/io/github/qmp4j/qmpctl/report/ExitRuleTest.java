package io.github.qmp4j.qmpctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import org.junit.jupiter.api.Test;

class ExitRuleTest {

    @Test
    void theEndOfAJobDecidesTheExitCode() {
        assertThat(code(new End.Completed(), Head.SOURCE, false)).isEqualTo(ExitCode.DONE);
        assertThat(code(new End.Cancelled(), Head.SOURCE, false)).isEqualTo(ExitCode.CANCELLED);
        assertThat(code(new End.Failed("no space"), Head.TARGET, true)).isEqualTo(ExitCode.FAILED);
        assertThat(code(new End.Unknown("lost"), Head.UNKNOWN, true)).isEqualTo(ExitCode.UNKNOWN);
    }

    @Test
    void whatWasLeftBehindCountsOnlyWhenAllWentWell() {
        Leftover leftover = new Leftover(Leftover.Kind.NODE, "n", "in use");
        assertThat(ExitRule.on(Samples.outcome(new End.Completed(), Head.TARGET, leftover), true)
                        .code())
                .isEqualTo(ExitCode.LEFTOVERS);
        assertThat(ExitRule.on(Samples.outcome(new End.Cancelled(), Head.SOURCE, leftover), true)
                        .code())
                .isEqualTo(ExitCode.CANCELLED);
    }

    @Test
    void aPivotThatWasAskedForAndDidNotHappenIsNoSuccess() {
        assertThat(code(new End.Completed(), Head.TARGET, true)).isEqualTo(ExitCode.DONE);
        assertThat(code(new End.Completed(), Head.SOURCE, true)).isEqualTo(ExitCode.FAILED);
        assertThat(code(new End.Completed(), Head.UNKNOWN, true)).isEqualTo(ExitCode.UNKNOWN);
    }

    private static ExitCode code(JobOutcome.End end, Head head, boolean pivotAsked) {
        return ExitRule.on(Samples.outcome(end, head), pivotAsked).code();
    }
}
