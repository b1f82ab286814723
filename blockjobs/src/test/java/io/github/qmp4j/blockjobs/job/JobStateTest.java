package io.github.qmp4j.blockjobs.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The status that a job shows. */
class JobStateTest {
    private static JobState state(JobStatus... told) {
        JobState state = new JobState(new JobId("j"), JobType.COMMIT, new ProgressMeter(Duration.ofSeconds(30)));
        Stream.of(told).forEach(state::status);
        return state;
    }

    @Test
    void hidesThePausesOfADrain() {
        assertThat(state(JobStatus.RUNNING, JobStatus.PAUSED).info().status()).isEqualTo(JobStatus.RUNNING);
        assertThat(state(JobStatus.READY, JobStatus.STANDBY).info().status()).isEqualTo(JobStatus.READY);
    }

    /** The status comes before the reply or after it. */
    @Test
    void showsAPauseInEitherOrder() {
        JobState statusFirst = state(JobStatus.RUNNING, JobStatus.PAUSED);
        statusFirst.pausedByUser(true);
        assertThat(statusFirst.info().status()).isEqualTo(JobStatus.PAUSED);
        JobState replyFirst = state(JobStatus.RUNNING);
        replyFirst.pausedByUser(true);
        replyFirst.status(JobStatus.PAUSED);
        assertThat(replyFirst.info().status()).isEqualTo(JobStatus.PAUSED);
    }

    @Test
    void forgetsTheErrorOfAPauseWhenTheJobGoesOn() {
        JobState state = state(JobStatus.RUNNING, JobStatus.PAUSED);
        state.pausedOnError(JobState.cause("nospace", Optional.empty()));
        assertThat(state.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR);
        assertThat(state.info().error()).hasValue("no space left (nospace)");
        state.status(JobStatus.RUNNING);
        assertThat(state.info().error()).isEmpty();
        assertThat(state.info().status()).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void staysReadyOnceItWas() {
        assertThat(state(JobStatus.READY, JobStatus.WAITING).info().ready()).isTrue();
    }
}
