package io.github.qmp4j.qmpctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.shell.TypedCommand;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl exec}. */
@Command(name = "exec", description = "Execute any QMP command, and print its bare return value.")
public final class ExecCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(index = "0", paramLabel = "COMMAND", description = "The name of the command, for example query-status.")
    private String command = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "ARGUMENT",
            description =
                    "The arguments: one JSON object, or NAME=VALUE as often as needed. A value that reads as JSON is JSON.")
    private List<String> arguments = List.of();

    @Option(
            names = "--oob",
            description =
                    "Execute the command out of band, ahead of those that QEMU has not started; only some commands allow it.")
    private boolean outOfBand;

    public ExecCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        QmpCommand<JsonNode> whole = TypedCommand.of(command, arguments).toCommand();
        try (Session session =
                Session.open(ctl, options -> options.withOutOfBand(outOfBand)).join()) {
            JsonNode value = (outOfBand
                            ? session.client().executeOob(whole)
                            : session.client().execute(whole))
                    .join();
            ctl.out().println(ctl.console().json() ? value.toString() : value.toPrettyString());
        }
        return 0;
    }
}
