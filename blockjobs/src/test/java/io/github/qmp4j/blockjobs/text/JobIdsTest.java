package io.github.qmp4j.blockjobs.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a job-id says of its disk, which a later process goes by when it collects what has ended. */
class JobIdsTest {

    @Test
    void showsAShortNameAsItIs() {
        assertThat(JobIds.make("commit", "virtio0").value()).matches("commit-virtio0-[0-9a-z]{6}");
    }

    /** Either name alone is cut, or cleaned, to what the other one has too. */
    @ParameterizedTest
    @CsvSource({
        "/machine/peripheral-anon/device[0]/virtio-backend, /machine/peripheral-anon/device[1]/virtio-backend",
        "tenant-a-boot-volume-of-vm, tenant-b-boot-volume-of-vm",
        "disk:0, disk/0",
        "disk 0, disk_0",
        "ü, ö"
    })
    void neverTakesTheJobOfOneDiskForThatOfAnother(String one, String other) {
        JobId id = JobIds.make("pull", one);
        assertThat(JobIds.isFor(id, one)).isTrue();
        assertThat(JobIds.isFor(id, other)).isFalse();
        assertThat(id.value()).hasSizeLessThanOrEqualTo(JobIds.LONGEST_NODE_NAME);
    }

    /** A name that looks like the shortened one of another disk is shortened itself. */
    @Test
    void cannotBeDeceivedByANameThatLooksLikeAShortenedOne() {
        String longName = "tenant-a-boot-volume-of-vm";
        String id = JobIds.make("pull", longName).value();
        String lookalike = id.substring("pull-".length(), id.length() - "-123456".length());
        assertThat(JobIds.isFor(JobIds.make("pull", lookalike), longName)).isFalse();
        assertThat(JobIds.isFor(new JobId(id), lookalike)).isFalse();
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
}
