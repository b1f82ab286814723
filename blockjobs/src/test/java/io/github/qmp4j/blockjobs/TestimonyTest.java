package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.Evidence.Asked;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** P53: what QEMU's answers to our verbs prove of the end of a job that no graph shows. */
class TestimonyTest {
    private final Testimony testimony = new Testimony();

    private void asked(Asked verb, boolean accepted) {
        testimony.asked(verb, CompletableFuture.completedFuture(accepted));
    }

    private Asked granted() {
        JobProgress progress = JobProgress.NONE;
        return testimony
                .with(
                        new JobId("j"),
                        new Conclusion(true, Optional.empty(), Conclusion.Fate.GONE, Optional.empty(), ""),
                        progress)
                .granted();
    }

    @Test
    void provesTheOneVerbThatWasAccepted() {
        assertThat(granted()).isEqualTo(Asked.NOTHING);
        asked(Asked.PIVOT, false);
        assertThat(granted()).isEqualTo(Asked.NOTHING);
        asked(Asked.PIVOT, true);
        assertThat(granted()).isEqualTo(Asked.PIVOT);
        // What was asked later, and refused, changes nothing.
        asked(Asked.FINISH, false);
        assertThat(granted()).isEqualTo(Asked.PIVOT);
    }

    @Test
    void provesNothingWhereTwoWereAccepted() {
        asked(Asked.FINISH, true);
        assertThat(granted()).isEqualTo(Asked.FINISH);
        asked(Asked.PIVOT, true);
        assertThat(granted()).isEqualTo(Asked.NOTHING);
    }

    @Test
    void provesNothingBesideAVerbWithoutAnAnswer() {
        asked(Asked.PIVOT, true);
        testimony.asked(Asked.FINISH, new CompletableFuture<>());
        assertThat(granted()).isEqualTo(Asked.NOTHING);
    }

    @Test
    void provesNothingBesideAVerbInDoubt() {
        asked(Asked.PIVOT, true);
        testimony.asked(Asked.FINISH, CompletableFuture.failedFuture(new IllegalStateException("no answer in time")));
        assertThat(granted()).isEqualTo(Asked.NOTHING);
    }
}
