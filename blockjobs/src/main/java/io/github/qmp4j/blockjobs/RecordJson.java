package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * A {@link JobRecord} as JSON. A member may be added at any time, since readers pass over what they do not know; what would
 * make an old reader wrong takes the next {@link #FORMAT}, which old readers refuse.
 */
final class RecordJson {
    private static final int FORMAT = 1;

    private RecordJson() {}

    static ObjectNode write(JobRecord record) {
        ObjectNode json = object();
        json.put("format", FORMAT);
        json.put("key", record.key().text());
        json.put("job", record.jobId().value());
        json.put("step", Members.word(record.step()));
        json.put("time", record.time().toString());
        ObjectNode qemu = json.putObject("qemu");
        qemu.put("monitor", record.qemu().monitor());
        qemu.put("version", record.qemu().version());
        record.qemu().marker().ifPresent(marker -> qemu.put("marker", marker));
        json.set("request", RequestJson.write(record.request()));
        json.set("disk", DiskJson.write(record.disk()));
        json.set("predicted", DiskJson.write(record.predicted()));
        record.targetNode().ifPresent(node -> json.put("targetNode", node));
        record.asked().ifPresent(verb -> json.put("asked", Members.word(verb)));
        record.outcome().ifPresent(outcome -> json.set("outcome", OutcomeJson.write(outcome)));
        return json;
    }

    static JobRecord read(JsonNode json) {
        Members members = Members.of(json, "the record of a job");
        long format = members.number("format");
        if (format > FORMAT) {
            throw new JobStoreException(
                    "the record of a job has format %d and this version of qmp4j reads up to %d; use the newer version"
                            .formatted(format, FORMAT));
        }
        try {
            return new JobRecord(
                    JobKey.of(members.text("key")),
                    new JobId(members.text("job")),
                    members.constant("step", JobRecord.Step.class),
                    Instant.parse(members.text("time")),
                    instance(members.object("qemu")),
                    RequestJson.read(members.object("request")),
                    DiskJson.readDisk(members.object("disk")),
                    DiskJson.readChain(members.list("predicted")),
                    members.optionalText("targetNode"),
                    members.optionalConstant("asked", JobRecord.Verb.class),
                    members.optionalObject("outcome").map(OutcomeJson::read));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new JobStoreException("the record of a job makes no sense: " + e.getMessage(), e);
        }
    }

    private static QemuInstance instance(Members qemu) {
        return new QemuInstance(qemu.text("monitor"), qemu.text("version"), qemu.optionalText("marker"));
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
