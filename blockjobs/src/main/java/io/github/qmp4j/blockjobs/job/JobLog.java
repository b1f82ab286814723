package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobType;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs the life of one job, under the keys {@code job}, {@code kind} and, where it is known, {@code disk}. */
record JobLog(JobId job, JobType type, Optional<BlockJobRequest> request) {
    private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);

    void started() {
        at(Level.INFO).log("job started");
    }

    void found() {
        at(Level.INFO).log("job found in QEMU");
    }

    void ended(JobOutcome outcome) {
        End end = outcome.end();
        if (end instanceof End.Failed failed) {
            at(Level.WARN).log("job failed: {}{}", failed.error(), left(outcome));
        } else if (end instanceof End.Unknown unknown) {
            at(Level.WARN).log("how the job ended cannot be proved: {}{}", unknown.evidence(), left(outcome));
        } else {
            at(outcome.leftovers().isEmpty() ? Level.INFO : Level.WARN)
                    .log("job {}{}", outcome.completed() ? "completed" : "cancelled", left(outcome));
        }
    }

    private static String left(JobOutcome outcome) {
        return outcome.leftovers().isEmpty()
                ? ""
                : outcome.leftovers().stream()
                        .map(left -> left.name() + " (" + left.why() + ")")
                        .collect(Collectors.joining(", ", "; left behind: ", ""));
    }

    private LoggingEventBuilder at(Level level) {
        LoggingEventBuilder keyed = LOG.atLevel(level).addKeyValue("job", job).addKeyValue("kind", type.word());
        return request.map(known -> keyed.addKeyValue("disk", known.disk())).orElse(keyed);
    }
}
