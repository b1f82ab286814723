package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.examples.report.Console;
import io.github.qmp4j.examples.report.Screen;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options that all commands have in common. */
@Command(
        name = "qmpctl",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "Pulls, commits and copies the disks of a running QEMU through its QMP monitor.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:refused by qmpctl's checks or by QEMU, or the job failed",
            "2:the command line cannot be understood",
            "3:no connection, monitor busy, or no answer in time",
            "4:the job was cancelled",
            "6:it is not known how the job ended",
            "7:the chain is in use by another job",
            "8:done, but something was left behind",
            "130:left running by Ctrl-C",
            "*:with several disks the worst, in the order 6 1 8 4 7 0"
        })
@SuppressWarnings("NullAway.Init")
public final class QmpCtl implements Runnable {
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "The monitor's UNIX socket; without it the environment variable QMP_SOCKET counts.")
    private Optional<String> socket = Optional.empty();

    @Option(
            names = "--connect",
            paramLabel = "ADDRESS",
            scope = ScopeType.INHERIT,
            description = "The monitor as unix:PATH or tcp:HOST:PORT.")
    private Optional<String> connect = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "text (the default), or json: one object a line.")
    private OutputFormat output = OutputFormat.TEXT;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            scope = ScopeType.INHERIT,
            converter = IntervalConverter.class,
            description = "How long to wait for the connection (5s) and for each answer, for example 500ms, 5s, 2m.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Show stack traces, and what the libraries log.")
    private boolean verbose;

    QmpCtl(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    boolean verbose() {
        return verbose;
    }

    Console console() {
        return new Console(out, err, output == OutputFormat.JSON);
    }

    Screen screen() {
        return Screen.detect(System.getenv());
    }

    /** Which monitor; a usage error if none or two were named. */
    QmpAddress address() {
        if (socket.isPresent() && connect.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--socket and --connect exclude each other");
        }
        Optional<String> path = socket.or(() -> Optional.ofNullable(System.getenv("QMP_SOCKET")));
        try {
            return connect.map(QmpAddress::parse)
                    .or(() -> path.map(Path::of).map(QmpAddress.Unix::new))
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "which monitor? give --socket PATH or --connect ADDRESS, or set QMP_SOCKET"));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** What the user gave, and then {@code change}. */
    QmpOptions options(Consumer<QmpOptions.Builder> change) {
        return QmpOptions.with(options -> {
            timeout.ifPresent(limit -> {
                options.connectTimeout = limit;
                options.greetingTimeout = limit;
                options.commandTimeout = limit;
                options.blockCommandTimeout = limit;
            });
            change.accept(options);
        });
    }

    /** How to call qmpctl again on the same monitor. */
    String again() {
        return address() instanceof QmpAddress.Unix unix
                ? "qmpctl --socket " + unix.path()
                : "qmpctl --connect " + address();
    }

    /** Must come before the first logger is made. */
    void configureLogging() {
        if (verbose) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
    }

    /** What {@code -o} takes. */
    enum OutputFormat {
        TEXT,
        JSON
    }
}
