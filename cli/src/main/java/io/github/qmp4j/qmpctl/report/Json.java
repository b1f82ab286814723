package io.github.qmp4j.qmpctl.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskSize;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.schema.SchemaEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The JSON lines of {@code -o json}: integers in bytes and bytes per second, unknown values are null. */
public final class Json {
    private Json() {}

    /** A line with nothing but its type. */
    public static ObjectNode line(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    public static ObjectNode disk(Disk disk) {
        ObjectNode line = line("disk").put("disk", disk.name());
        line.put("device", disk.device().orElse(null)).put("qdev", disk.qdev().orElse(null));
        image(line, disk.chain().activeLayer());
        return line.put("layers", disk.chain().nodes().size());
    }

    /** One image of a chain; the depth is 0 for the active layer. */
    static ObjectNode node(String disk, int depth, BlockNode node) {
        ObjectNode line = line("node").put("disk", disk).put("depth", depth);
        image(line, node);
        return line.put("backing_file", node.backingFile().orElse(null));
    }

    /** The same, with the ids of the jobs on its disk. */
    public static ObjectNode node(String disk, int depth, BlockNode node, List<JobInfo> jobs) {
        ObjectNode line = node(disk, depth, node);
        strings(line.putArray("jobs"), jobs.stream().map(job -> job.id().value()));
        return line;
    }

    public static ObjectNode job(JobInfo info) {
        ObjectNode line = line("job").put("job", info.id().value()).put("kind", word(info.type()));
        line.put("status", word(info.status())).put("ready", info.ready());
        progress(line, info.progress());
        return line.put("io_errors", info.ioErrors()).put("error", info.error().orElse(null));
    }

    public static ObjectNode progress(JobSnapshot snapshot) {
        ObjectNode line = about("progress", snapshot);
        progress(line, snapshot.progress());
        return line.put("percent", Math.round(snapshot.progress().percent() * 10) / 10.0);
    }

    public static ObjectNode phase(JobSnapshot snapshot) {
        return about("phase", snapshot)
                .put("phase", snapshot.phase().word())
                .put("note", snapshot.note().orElse(null));
    }

    public static ObjectNode start(JobSnapshot snapshot) {
        return about("start", snapshot).put("kind", snapshot.kind());
    }

    /** The last line of a job, with its members in the documented order. */
    public static ObjectNode result(JobResult result) {
        ObjectNode line = line("result").put("outcome", word(result.outcome()));
        line.put("job", result.job().map(Object::toString).orElse(null));
        line.put("pivoted", result.pivoted().orElse(null));
        line.put("error", result.error().orElse(null));
        put(line, "offset", result.progress().map(JobProgress::offset));
        put(line, "len", result.progress().map(JobProgress::len));
        line.set("released", images(result.released()));
        line.set("invalidated", images(result.invalidated()));
        ArrayNode leftovers = line.putArray("leftovers");
        for (Leftover leftover : result.leftovers()) {
            leftovers
                    .addObject()
                    .put("kind", word(leftover.kind()))
                    .put("name", leftover.name())
                    .put("why", leftover.why());
        }
        put(line, "size_before", result.size().map(DiskSize::before));
        put(line, "size_after", result.size().map(DiskSize::after));
        line.put("files_checked", result.filesChecked()).put("plain_text", result.plainText());
        return line.put("disk", result.disk().isEmpty() ? null : result.disk()).put("kind", result.kind());
    }

    /** A preview: the job, the nodes of the chain after it, and the commands that would start it. */
    public static List<ObjectNode> preview(String disk, String kind, JobPreview preview) {
        ObjectNode head = line("preview").put("job", preview.job().value()).put("disk", disk);
        head.put("kind", kind).set("invalidated", images(preview.invalidated()));
        head.put("plain_text", preview.plainText());
        List<ObjectNode> lines = new ArrayList<>(List.of(head));
        List<BlockNode> after = preview.after().nodes();
        for (int depth = 0; depth < after.size(); depth++) {
            lines.add(node(disk, depth, after.get(depth)));
        }
        for (QmpCommand<?> command : preview.commands()) {
            ObjectNode line = line("command").put("disk", disk).put("execute", command.name());
            line.set("arguments", command.arguments());
            lines.add(line);
        }
        return lines;
    }

    /** A command or an event in a list. */
    public static ObjectNode schemaItem(String name, SchemaEntry entry) {
        ObjectNode line = line(entry.type()).put("name", name);
        strings(line.putArray("features"), entry.features().stream().sorted());
        return line;
    }

    /** The entry at a path of a schema. */
    public static ObjectNode schema(String path, SchemaEntry entry) {
        ObjectNode line = schemaItem(path, entry).put("returns", entry.returns().orElse(null));
        ArrayNode members = line.putArray("members");
        for (SchemaEntry.Member member : entry.members()) {
            ObjectNode one = members.addObject().put("name", member.name()).put("type", member.type());
            one.put("optional", member.optional());
            strings(one.putArray("features"), member.features().stream().sorted());
            strings(one.putArray("values"), member.values().stream());
        }
        line.put("tag", entry.tag().orElse(null));
        strings(line.putArray("variants"), entry.variants().stream());
        strings(line.putArray("values"), entry.values().stream());
        return line;
    }

    private static void strings(ArrayNode array, Stream<String> texts) {
        texts.forEach(array::add);
    }

    /** The name of an enum constant in the output: {@code PAUSED_ON_ERROR} becomes {@code paused-on-error}. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ObjectNode about(String type, JobSnapshot snapshot) {
        return line(type)
                .put("job", snapshot.id().map(Object::toString).orElse(null))
                .put("disk", snapshot.disk());
    }

    private static void image(ObjectNode line, BlockNode node) {
        line.put("node", node.nodeName().orElse(null))
                .put("file", node.path().orElse(node.file()))
                .put("format", node.driver());
        line.put("virtual_size", node.virtualSize());
        put(line, "actual_size", boxed(node.actualSize()));
        line.put("read_only", node.readOnly());
    }

    private static void progress(ObjectNode line, JobProgress progress) {
        line.put("offset", progress.offset()).put("len", progress.len()).put("speed", progress.speedLimit());
        put(line, "rate", boxed(progress.rate()));
        put(line, "eta_seconds", progress.eta().map(Duration::toSeconds));
    }

    private static ArrayNode images(List<BlockNode> nodes) {
        ArrayNode images = JsonNodeFactory.instance.arrayNode();
        nodes.forEach(node -> images.addObject()
                .put("node", node.nodeName().orElse(null))
                .put("file", node.path().orElse(node.file())));
        return images;
    }

    private static void put(ObjectNode line, String member, Optional<Long> number) {
        number.ifPresentOrElse(value -> line.put(member, value), () -> line.putNull(member));
    }

    private static Optional<Long> boxed(OptionalLong number) {
        return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    }
}
