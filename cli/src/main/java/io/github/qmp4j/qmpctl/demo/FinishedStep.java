package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.text.Table;
import java.time.Duration;
import java.util.List;

/** A finished step of the demo, whose data was proved unchanged. */
record FinishedStep(JobResult result, Duration elapsed) {

    /** The table at the end of the demo. */
    static List<String> table(List<FinishedStep> all) {
        Table table = new Table("JOB", "BYTES", "SECONDS", "OUTCOME", "PIVOTED", "DATA");
        for (FinishedStep done : all) {
            JobResult result = done.result();
            table.row(
                    result.job().map(Object::toString).orElse("-"),
                    Quantity.bytes(result.progress().map(JobProgress::offset).orElse(0L)),
                    Quantity.elapsed(done.elapsed()),
                    Json.word(result.outcome()),
                    result.pivoted().orElse(false) ? "yes" : "no",
                    "unchanged");
        }
        return table.lines();
    }
}
