package io.github.qmp4j.qmpctl.complete;

import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl completion}. */
@Command(
        name = "completion",
        description =
                "Print a script that completes qmpctl in a shell: options, and sockets, disks, jobs and nodes from the"
                        + " live monitor. For bash: eval \"$$(qmpctl completion bash)\"")
@SuppressWarnings("NullAway.Init")
public final class CompletionCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell;

    /** The shells for which qmpctl has a script. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    public CompletionCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        ctl.out().print(script(shell));
        ctl.out().flush();
        return 0;
    }

    private static String script(Shell shell) {
        String name = "completion." + shell.name().toLowerCase(Locale.ROOT);
        try (InputStream script = Objects.requireNonNull(CompletionCommand.class.getResourceAsStream(name), name)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
