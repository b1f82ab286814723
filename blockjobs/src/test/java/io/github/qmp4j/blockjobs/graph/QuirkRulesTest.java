package io.github.qmp4j.blockjobs.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.RecordedSchema;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What which version does. */
class QuirkRulesTest {
    @ParameterizedTest
    @CsvSource({
        "5,2,0, false, false", "7,1,0, false, false", "7,2,0, false, true",
        "9,2,9, false, true", "10,0,0, true, true", "11,1,3, true, true"
    })
    void knowsWhatKillsWhichVersion(int major, int minor, int micro, boolean pulls, boolean backups) {
        Quirks quirks = new Quirks(new QmpGreeting.Version(major, minor, micro));
        assertThat(quirks.mayListNodes(List.of(JobType.COMMIT, JobType.PULL))).isEqualTo(pulls);
        assertThat(quirks.mayListNodes(List.of(JobType.COPY, JobType.BACKUP))).isEqualTo(backups);
        assertThat(quirks.mayListNodes(List.of(JobType.COMMIT, JobType.COPY))).isTrue();
        assertThat(quirks.mayListNodesThatAreMade()).isEqualTo(major >= 10);
    }

    @ParameterizedTest
    @EnumSource
    void knowsByItsSchemaWhichQemuSurvivesErrorsAfterReady(RecordedSchema recorded) throws Exception {
        QmpSchema schema = QmpSchema.of(new ObjectMapper().readTree(recorded.json()));
        assertThat(Quirks.survivesErrorsAfterReady(schema)).isEqualTo(recorded != RecordedSchema.V5_2);
    }
}
