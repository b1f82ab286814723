package io.github.qmp4j.qmpctl.complete;

import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.qmpctl.monitor.KnownMonitors;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.schema.SchemaEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Names from the monitor that the typed words select; none if it does not answer within five seconds. */
final class LiveNames {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final List<String> WHICH_MONITOR = List.of("--socket", "--connect");

    private final QmpCtl ctl;
    private final TypedWords typed;

    LiveNames(QmpCtl ctl, TypedWords typed) {
        this.ctl = ctl;
        this.typed = typed;
    }

    /** The names of monitors in the configuration. */
    Map<String, String> sockets() {
        try {
            return KnownMonitors.read(System.getenv()).sockets();
        } catch (IllegalArgumentException e) {
            return Map.of();
        }
    }

    Map<String, String> disks() {
        return ask(session -> {
            Map<String, String> names = new TreeMap<>();
            for (Disk disk : session.jobs().disks().join()) {
                names.put(disk.name(), disk.chain().activeLayer().label());
            }
            return names;
        });
    }

    /** The nodes of the disks typed so far, or of all disks. */
    Map<String, String> nodes() {
        return ask(session -> {
            Map<String, String> names = new TreeMap<>();
            for (Disk disk : session.jobs().disks().join()) {
                if (typed.positional().isEmpty() || typed.positional().contains(disk.name())) {
                    disk.chain().nodes().forEach(node -> node.nodeName()
                            .ifPresent(name -> names.put(name, node.file())));
                }
            }
            return names;
        });
    }

    Map<String, String> jobs() {
        return ask(session -> {
            Map<String, String> names = new TreeMap<>();
            session.jobs()
                    .list()
                    .join()
                    .forEach(
                            job -> names.put(job.id().value(), Json.word(job.type()) + ", " + Json.word(job.status())));
            return names;
        });
    }

    Map<String, String> commands() {
        return schema(schema -> described(schema.commands(), schema));
    }

    Map<String, String> events() {
        return schema(schema -> described(schema.events(), schema));
    }

    /** The arguments of the QMP command typed first, each with an equals sign. */
    Map<String, String> arguments() {
        return schema(schema -> {
            Map<String, String> names = new TreeMap<>();
            schema.at(typed.positional().get(0))
                    .map(SchemaEntry::members)
                    .orElse(List.of())
                    .forEach(member -> names.put(
                            member.name() + "=", member.type() + (member.optional() ? ", optional" : ", needed")));
            return names;
        });
    }

    private static Map<String, String> described(Iterable<String> names, QmpSchema schema) {
        Map<String, String> described = new TreeMap<>();
        names.forEach(name -> described.put(
                name,
                schema.at(name)
                        .map(entry -> String.join(", ", entry.features()))
                        .orElse("")));
        return described;
    }

    private Map<String, String> schema(Function<QmpSchema, Map<String, String>> read) {
        return ask(session -> read.apply(session.client().schema().join()));
    }

    private Map<String, String> ask(Function<Session, Map<String, String>> question) {
        QmpCtl asked = new QmpCtl(ctl.out(), ctl.err());
        try {
            new CommandLine(asked)
                    .parseArgs(WHICH_MONITOR.stream()
                            .filter(typed.options()::containsKey)
                            .map(option -> option + "=" + typed.options().get(option))
                            .toArray(String[]::new));
            try (Session session = Session.open(asked, options -> options.withConnectTimeout(PATIENCE)
                            .withGreetingTimeout(PATIENCE)
                            .withCommandTimeout(PATIENCE)
                            .withBlockCommandTimeout(PATIENCE))
                    .join()) {
                return question.apply(session);
            }
        } catch (ParameterException | CompletionException e) {
            return Map.of(); // At a Tab no error message can be shown.
        }
    }
}
