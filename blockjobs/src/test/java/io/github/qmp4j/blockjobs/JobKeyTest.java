package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobKeyTest {

    /** What an earlier version has started must be found by a later one: these never change. */
    @ParameterizedTest
    @CsvSource({
        "a,key-a-yob7506ge857",
        "vm-17/disk0/flatten,key-_disk0_flatten-7fgo74wykz96",
        "größe,key-gr__e-sa6bv7f0k8ec"
    })
    void givesTheSameJobIdForEver(String text, String id) {
        assertThat(JobKey.of(text).jobId().value()).isEqualTo(id);
    }

    @Test
    void givesEveryKeyAnIdOfItsOwnThatFitsIntoANodeName() {
        Set<JobId> ids = new HashSet<>();
        for (int number = 0; number < 20_000; number++) {
            JobId id = JobKey.of("vm " + number).jobId();
            assertThat(id.value().length()).isLessThanOrEqualTo(JobIds.LONGEST_NODE_NAME);
            assertThat(ids.add(id)).as("%s", id).isTrue();
        }
        assertThat(JobKey.of("a/b").jobId()).isNotEqualTo(JobKey.of("a_b").jobId());
    }

    /** {@code collect} dismisses what looks like an id that this library made for a disk; a keyed job is not among it. */
    @Test
    void givesNoIdThatIsTakenForOneOfADisk() {
        for (String disk : List.of("a", "virtio0", "0", "")) {
            for (String text : List.of("a", "commit-a-k3f9x2", "pull-virtio0-aaaaaa", "copy-0-123456")) {
                assertThat(JobIds.isFor(JobKey.of(text).jobId(), disk)).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\u0000b", "a\ud800b"})
    void refusesWhatCannotBeWrittenDown(String text) {
        assertThatThrownBy(() -> JobKey.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key of a job");
    }

    @Test
    void takes255CharactersAndNoMore() {
        assertThat(JobKey.of("x".repeat(255)).jobId().value()).hasSize(31);
        assertThatThrownBy(() -> JobKey.of("x".repeat(256))).hasMessageContaining("256 characters");
    }
}
