package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import java.time.Duration;

/** The outcome of a job as JSON. */
final class OutcomeJson {
    private static final String WHY = "why";

    private OutcomeJson() {}

    static ObjectNode write(JobOutcome outcome) {
        ObjectNode json = RecordJson.object();
        json.put("job", outcome.job().value());
        end(json, outcome.end());
        json.put("head", Members.word(outcome.head()));
        json.set("progress", progress(outcome.progress()));
        json.set("released", DiskJson.write(outcome.released()));
        json.set("invalidated", DiskJson.write(outcome.invalidated()));
        ArrayNode leftovers = json.putArray("leftovers");
        outcome.leftovers().forEach(left -> leftovers
                .addObject()
                .put("kind", Members.word(left.kind()))
                .put("name", left.name())
                .put(WHY, left.why()));
        return json;
    }

    private static void end(ObjectNode json, End end) {
        if (end instanceof End.Failed failed) {
            json.put("end", "failed").put(WHY, failed.error());
        } else if (end instanceof End.Unknown unknown) {
            json.put("end", "unknown").put(WHY, unknown.evidence());
        } else {
            json.put("end", end instanceof End.Completed ? "completed" : "cancelled");
        }
    }

    private static ObjectNode progress(JobProgress progress) {
        ObjectNode json = RecordJson.object();
        json.put("offset", progress.offset());
        json.put("len", progress.len());
        json.put("speedLimit", progress.speedLimit());
        progress.rate().ifPresent(rate -> json.put("rate", rate));
        progress.eta().ifPresent(eta -> json.put("eta", eta.toString()));
        return json;
    }

    static JobOutcome read(Members json) {
        Members progress = json.object("progress");
        return new JobOutcome(
                new JobId(json.text("job")),
                readEnd(json),
                json.constant("head", JobOutcome.Head.class),
                new JobProgress(
                        progress.number("offset"),
                        progress.number("len"),
                        progress.number("speedLimit"),
                        progress.optionalNumber("rate"),
                        progress.optionalText("eta").map(Duration::parse)),
                DiskJson.readNodes(json.list("released")),
                DiskJson.readNodes(json.list("invalidated")),
                json.list("leftovers").stream()
                        .map(left -> new Leftover(
                                left.constant("kind", Leftover.Kind.class), left.text("name"), left.text(WHY)))
                        .toList());
    }

    private static End readEnd(Members json) {
        return switch (json.text("end")) {
            case "completed" -> new End.Completed();
            case "cancelled" -> new End.Cancelled();
            case "failed" -> new End.Failed(json.text(WHY));
            case "unknown" -> new End.Unknown(json.text(WHY));
            default -> throw json.wrong("end");
        };
    }
}
