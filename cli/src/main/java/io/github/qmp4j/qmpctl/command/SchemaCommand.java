package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.RefusedException;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.report.SchemaText;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.schema.SchemaEntry;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl schema}. */
@Command(name = "schema", description = "Show what a command of this QEMU takes, or list its commands and events.")
public final class SchemaCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(
            arity = "0..1",
            paramLabel = "COMMAND",
            description =
                    "A command, an event, or a path such as block-commit/arg/on-error or blockdev-add/arg/+qcow2.")
    private Optional<String> path = Optional.empty();

    public SchemaCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        QmpSchema schema;
        try (Session session = Session.open(ctl).join()) {
            schema = session.client().schema().join();
        }
        if (path.isPresent()) {
            show(
                    path.get(),
                    schema.at(path.get())
                            .orElseThrow(() ->
                                    new RefusedException(ExitCode.FAILED, SchemaText.missing(schema, path.get()))));
        } else {
            list(schema);
        }
        return 0;
    }

    private void show(String name, SchemaEntry entry) {
        Console console = ctl.console();
        if (console.json()) {
            console.print(Json.schema(name, entry));
        } else {
            console.print(SchemaText.entry(name, entry));
        }
    }

    private void list(QmpSchema schema) {
        Console console = ctl.console();
        if (console.json()) {
            Stream.concat(schema.commands().stream(), schema.events().stream())
                    .forEach(name -> schema.at(name).ifPresent(entry -> console.print(Json.schemaItem(name, entry))));
        } else {
            console.print(SchemaText.list(schema));
        }
    }
}
