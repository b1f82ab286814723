package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.RecordedSchema;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Status, ids, rates and quirks. */
class SmallPartsTest {
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

    /** By-version row 5: the status comes before the reply or after it. */
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

    @ParameterizedTest
    @ValueSource(strings = {"disk0", "a disk with spaces/and/a/very/long/path.qcow2", "ünï", ""})
    void makesJobIdsThatAreNodeNamesToo(String disk) {
        JobId id = JobIds.make("commit", disk);
        assertThat(id.value()).hasSizeLessThanOrEqualTo(31).matches("[A-Za-z][A-Za-z0-9._-]*");
        assertThat(JobIds.isFor(id, disk)).isTrue();
        assertThat(JobIds.isFor(id, disk + "x")).isFalse();
        assertThat(JobIds.make("commit", disk)).isNotEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a b", "-a", "ü", "a/b"})
    void refusesWhatQemuTakesForNoJobId(String id) {
        assertThatThrownBy(() -> new JobId(id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void countsHowMuchTheWorkHasGrown() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        meter.see(0, 0, 0);
        meter.see(0, 4000, 1);
        assertThat(meter.progress().growth()).isZero();
        meter.see(1000, 4500, 2);
        assertThat(meter.progress().growth()).isEqualTo(500);
        meter.end(1000, 3000);
        assertThat(meter.progress().growth()).isEqualTo(-1000);
    }

    @ParameterizedTest
    @CsvSource({
        // bytes copied in a second, bytes added meanwhile, at the end hinted at
        "100, 100, true",
        "100, 150, true",
        "100, 99, false",
        "0, 0, false",
        "0, 50, false",
    })
    void hintsAtACopyThatGainsNothingForAWholeWindow(long copied, long added, boolean hinted) {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        for (long second = 0; second <= 30; second++) {
            assertThat(meter.progress().notConverging()).isFalse();
            meter.see(second * copied, 100_000 + second * added, second * 1_000_000_000);
        }
        assertThat(meter.progress().notConverging()).isEqualTo(hinted);
    }

    @Test
    void takesTheHintBackWhenTheCopyIsInStepOrGains() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(1));
        long second = 1_000_000_000;
        meter.see(0, 100, 0);
        meter.see(50, 150, second);
        assertThat(meter.progress().notConverging()).isTrue();
        meter.see(60, 150, 2 * second);
        assertThat(meter.progress().notConverging()).isFalse();
        meter.see(70, 200, 3 * second);
        assertThat(meter.progress().notConverging()).isTrue();
        meter.see(200, 200, 4 * second);
        assertThat(meter.progress().notConverging()).isFalse();
        meter.see(210, 300, 5 * second);
        assertThat(meter.progress().notConverging()).isFalse();
    }

    /** P27: len may be 0, and moves. */
    @Test
    void measuresARateAndNeverDividesByZero() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        assertThat(meter.progress().percent()).isZero();
        meter.see(0, 0, 0);
        assertThat(meter.progress().rate()).isEmpty();
        meter.see(1000, 4000, 1_000_000_000);
        assertThat(meter.progress().rate()).hasValue(1000);
        assertThat(meter.progress().eta()).hasValue(Duration.ofSeconds(3));
        meter.see(1000, 4000, 1_000_000_000);
        meter.see(500, 600, 2_000_000_000L);
        assertThat(meter.progress().rate().orElseThrow()).isBetween(0L, 1000L);
        assertThat(new JobProgress(9, 6, 0, OptionalLong.empty(), Optional.empty(), 0, false).percent())
                .isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({
        "5,2,0, false, false", "7,1,0, false, false", "7,2,0, false, true",
        "9,2,9, false, true", "10,0,0, true, true", "11,1,3, true, true"
    })
    void knowsWhatKillsWhichVersion(int major, int minor, int micro, boolean pulls, boolean backups) {
        Quirks quirks = new Quirks(new io.github.qmp4j.QmpGreeting.Version(major, minor, micro));
        assertThat(quirks.mayListNodes(List.of(JobType.COMMIT, JobType.PULL))).isEqualTo(pulls);
        assertThat(quirks.mayListNodes(List.of(JobType.COPY, JobType.BACKUP))).isEqualTo(backups);
        assertThat(quirks.mayListNodes(List.of(JobType.COMMIT, JobType.COPY))).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void knowsByItsSchemaWhichQemuSurvivesErrorsAfterReady(RecordedSchema recorded) throws Exception {
        QmpSchema schema = QmpSchema.of(new ObjectMapper().readTree(recorded.json()));
        assertThat(Quirks.survivesErrorsAfterReady(schema)).isEqualTo(recorded != RecordedSchema.V5_2);
    }
}
