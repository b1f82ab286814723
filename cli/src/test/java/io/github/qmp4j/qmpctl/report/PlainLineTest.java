package io.github.qmp4j.qmpctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlainLineTest {
    private static String of(boolean filesChecked, boolean plainText) {
        JobOutcome plain = Samples.outcome(new End.Completed(), Head.SOURCE);
        JobOutcome outcome = new JobOutcome(
                plain.job(),
                plain.end(),
                plain.head(),
                plain.progress(),
                plain.released(),
                filesChecked,
                List.of(),
                List.of(),
                Optional.empty(),
                plainText);
        return PlainLine.of(JobResult.ended("disk0", "pull", false, outcome));
    }

    @Test
    void promisesNoMoreOfAReleasedImageThanIsProved() {
        assertThat(of(true, false)).endsWith("completed; no longer used: snap1 (/vm/snap1.qcow2)");
        assertThat(of(false, false)).endsWith("completed; not used by this QEMU any more: snap1 (/vm/snap1.qcow2)");
    }

    @Test
    void saysThatEncryptedDataAreInPlainText() {
        assertThat(of(true, true)).contains("completed; encrypted data are now in plain text; no longer used");
    }
}
