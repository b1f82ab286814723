package io.github.qmp4j.qmpctl.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.qmpctl.report.Samples;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void eachKindOfExceptionHasItsExitCode() {
        assertThat(code(new IllegalArgumentException("x"))).isEqualTo(ExitCode.USAGE);
        assertThat(code(new BlockChainException("x"))).isEqualTo(ExitCode.FAILED);
        assertThat(code(new QmpCommandException("c", "GenericError", "x"))).isEqualTo(ExitCode.FAILED);
        assertThat(code(new JobConflictException(Samples.ID, "x"))).isEqualTo(ExitCode.CONFLICT);
        assertThat(code(new QmpTimeoutException("c", "x"))).isEqualTo(ExitCode.NO_ANSWER);
        assertThat(code(new QmpDisconnectedException("x", true, null))).isEqualTo(ExitCode.NO_ANSWER);
    }

    @Test
    void whatAFuturePutsAroundAnExceptionIsTakenOff() {
        Failure failure = Failure.of(new CompletionException(new BlockChainException("there is no disk 'x'")));
        assertThat(failure).isEqualTo(new Failure(ExitCode.FAILED, "there is no disk 'x'"));
    }

    @Test
    void aMessageOfSeveralLinesBecomesOne() {
        assertThat(new Failure(ExitCode.FAILED, "one\n  two\r\nthree").sentence())
                .isEqualTo("one two three");
    }

    private static ExitCode code(Throwable thrown) {
        return Failure.of(thrown).code();
    }
}
