package io.github.qmp4j.qmpctl.monitor;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.TraceFile;
import io.github.qmp4j.qmpctl.option.DurationConverter;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code qmpctl} itself: the options that all its commands share, and the monitor that they select. */
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
            "5:overdue (--deadline, --stall), and the job still runs",
            "6:it is not known how the job ended",
            "7:the chain is in use by another job",
            "8:done, but something was left behind",
            "130:left running by Ctrl-C",
            "*:with several disks the worst, in the order 6 1 8 5 4 7 0"
        })
@SuppressWarnings("NullAway.Init")
public final class QmpCtl implements Runnable {
    private static final String SOCKET_VARIABLE = "QMPCTL_SOCKET";

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description =
                    "The monitor's UNIX socket, or a name from the configuration. Without it the environment variable"
                            + " QMPCTL_SOCKET counts, and then the configuration's default.")
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
            converter = DurationConverter.class,
            description = "How long to wait for the connection (5s) and for each answer, for example 500ms, 5s, 2m.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Append all messages to and from QEMU to this file, without secrets.")
    private Optional<Path> trace = Optional.empty();

    /** Belongs to the thread of the command. */
    private Optional<TraceFile> traceFile = Optional.empty();

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Show stack traces, and what the libraries log.")
    private boolean verbose;

    public QmpCtl(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    public boolean verbose() {
        return verbose;
    }

    public Console console() {
        return new Console(out, err, output == OutputFormat.JSON);
    }

    public Screen screen() {
        return Screen.detect(System.getenv());
    }

    /** The monitor that the user means; a usage error if none or two are named, or the configuration cannot be used. */
    public QmpAddress address() {
        if (socket.isPresent() && connect.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--socket and --connect exclude each other");
        }
        try {
            if (connect.isPresent()) {
                return QmpAddress.parse(connect.get());
            }
            KnownMonitors known = KnownMonitors.read(System.getenv());
            String variable = System.getenv().getOrDefault(SOCKET_VARIABLE, "");
            return socket.or(() -> Optional.of(variable).filter(text -> !text.isEmpty()))
                    .map(known::resolve)
                    .or(known::usualAddress)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "which monitor? give --socket PATH or --connect ADDRESS, set %s, or write default = PATH into %s"
                                    .formatted(SOCKET_VARIABLE, known.file())));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The options that the user gave, changed by {@code change}. */
    public QmpOptions options(UnaryOperator<QmpOptions> change) {
        // Unpacking the native transport takes longer than it saves.
        QmpOptions options = QmpOptions.defaults().withNativeTransport(false);
        QmpOptions traced = trace.map(this::openTrace).map(options::withTrace).orElse(options);
        return change.apply(timeout.map(limit -> traced.withConnectTimeout(limit)
                        .withGreetingTimeout(limit)
                        .withCommandTimeout(limit)
                        .withBlockCommandTimeout(limit))
                .orElse(traced));
    }

    /** Checks the file now, since it is opened only later. */
    private TraceFile openTrace(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        boolean fits = Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : parent != null && Files.isDirectory(parent) && Files.isWritable(parent);
        if (!fits) {
            throw new ParameterException(spec.commandLine(), "the trace cannot be written to '%s'".formatted(file));
        }
        TraceFile opened = traceFile.orElseGet(() -> new TraceFile(file));
        traceFile = Optional.of(opened);
        return opened;
    }

    /** Waits until the trace is written. */
    public void closeTrace() {
        traceFile.ifPresent(TraceFile::close);
    }

    /** The start of a command line that calls qmpctl on the same monitor. */
    public String again() {
        return address() instanceof QmpAddress.Unix unix
                ? "qmpctl --socket " + unix.path()
                : "qmpctl --connect " + address();
    }

    /** Must come before the first logger is made. */
    public void configureLogging() {
        if (verbose) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
    }

    /** The values of {@code -o}. */
    enum OutputFormat {
        TEXT,
        JSON
    }
}
