package io.github.qmp4j.qmpctl;

import io.github.qmp4j.qmpctl.report.Screen;
import io.github.qmp4j.qmpctl.shell.Dialogue;
import io.github.qmp4j.qmpctl.shell.PipeDialogue;
import io.github.qmp4j.qmpctl.shell.Shell;
import io.github.qmp4j.qmpctl.shell.TerminalDialogue;
import io.github.qmp4j.schema.QmpSchema;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code qmpctl shell}. */
@Command(
        name = "shell",
        description = "Type QMP commands, with completion and help from this QEMU's own schema, and see events as they"
                + " come. Out of a pipe: one command a line, no prompt, exit code 1 if one of them failed.")
final class ShellCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    ShellCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        try (Session session = Session.open(ctl).join()) {
            QmpSchema schema = session.client().schema().join();
            try (Dialogue dialogue = dialogue(schema)) {
                if (dialogue.isInteractive()) {
                    dialogue.say("QEMU %s on %s; `help` helps, TAB completes, `exit` leaves"
                            .formatted(
                                    session.client().greeting().version(),
                                    session.client().address()));
                }
                return new Shell(session.client(), schema, dialogue).run().number();
            }
        }
    }

    private Dialogue dialogue(QmpSchema schema) throws IOException {
        Screen screen = ctl.screen();
        return screen.terminal() && Screen.isTyped() && !ctl.console().json()
                ? TerminalDialogue.open(schema, System.getenv(), Streams.charset(), screen.colour())
                : new PipeDialogue(ctl.console(), new InputStreamReader(System.in, Streams.charset()));
    }
}
