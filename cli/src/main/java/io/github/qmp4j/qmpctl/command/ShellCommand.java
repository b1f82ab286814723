package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.output.StandardStreams;
import io.github.qmp4j.qmpctl.shell.PipeIo;
import io.github.qmp4j.qmpctl.shell.Shell;
import io.github.qmp4j.qmpctl.shell.ShellIo;
import io.github.qmp4j.qmpctl.shell.TerminalIo;
import io.github.qmp4j.schema.QmpSchema;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code qmpctl shell}. */
@Command(
        name = "shell",
        description = "Type QMP commands, with completion and help from this QEMU's own schema, and see events as they"
                + " arrive. From a pipe: one command a line, no prompt, exit code 1 if one of them failed.")
public final class ShellCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    public ShellCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        try (Session session = Session.open(ctl).join()) {
            QmpSchema schema = session.client().schema().join();
            try (ShellIo io = io(schema)) {
                if (io.isInteractive()) {
                    io.say("QEMU %s on %s; `help` helps, TAB completes, `exit` leaves"
                            .formatted(
                                    session.client().greeting().version(),
                                    session.client().address()));
                }
                return new Shell(session.client(), schema, io).run().number();
            }
        }
    }

    private ShellIo io(QmpSchema schema) throws IOException {
        Screen screen = ctl.screen();
        return screen.terminal() && Screen.isTyped() && !ctl.console().json()
                ? TerminalIo.open(schema, System.getenv(), StandardStreams.charset(), screen.colour())
                : new PipeIo(ctl.console(), new InputStreamReader(System.in, StandardStreams.charset()));
    }
}
