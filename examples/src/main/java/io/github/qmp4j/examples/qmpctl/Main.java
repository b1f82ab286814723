package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.examples.demo.DemoCommand;
import io.github.qmp4j.examples.report.Failure;
import io.github.qmp4j.examples.report.Screen;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;

/** Where qmpctl starts, and ends with its exit code. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(new QmpCtl(Streams.out(), Streams.err()), arguments));
    }

    static int run(QmpCtl ctl, String... arguments) {
        try {
            return commandLine(ctl).execute(arguments);
        } finally {
            ctl.closeTrace();
        }
    }

    static CommandLine commandLine(QmpCtl ctl) {
        CommandLine line = new CommandLine(ctl)
                .addSubcommand(new DisksCommand(ctl))
                .addSubcommand(new ChainCommand(ctl))
                .addSubcommand(new PullCommand(ctl))
                .addSubcommand(new CommitCommand(ctl))
                .addSubcommand(new CopyCommand(ctl))
                .addSubcommand(new JobsCommand(ctl))
                .addSubcommand(new JobCommand(ctl))
                .addSubcommand(new WaitCommand(ctl))
                .addSubcommand(new PivotCommand(ctl))
                .addSubcommand(new FinishCommand(ctl))
                .addSubcommand(new CancelCommand(ctl))
                .addSubcommand(new PauseCommand(ctl))
                .addSubcommand(new ResumeCommand(ctl))
                .addSubcommand(new SpeedCommand(ctl))
                .addSubcommand(new DismissCommand(ctl))
                .addSubcommand(new EventsCommand(ctl))
                .addSubcommand(new ExecCommand(ctl))
                .addSubcommand(new SchemaCommand(ctl))
                .addSubcommand(new ShellCommand(ctl))
                .addSubcommand(new DoctorCommand(ctl))
                .addSubcommand(new CompletionCommand(ctl))
                .addSubcommand(new CompleteCommand(ctl))
                .addSubcommand(new DemoCommand(ctl.out(), ctl.err()));
        line.setOut(new PrintWriter(ctl.out(), true, Streams.charset()));
        line.setErr(new PrintWriter(ctl.err(), true, Streams.charset()));
        if (!Screen.mayColour(System.getenv())) {
            line.setColorScheme(Help.defaultColorScheme(Ansi.OFF)); // else picocli sees for itself whether it can
        }
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setExecutionStrategy(parsed -> {
            ctl.configureLogging();
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setParameterExceptionHandler(new UsageErrors(ctl));
        line.setExecutionExceptionHandler(failureHandler(ctl));
        return line;
    }

    private static IExecutionExceptionHandler failureHandler(QmpCtl ctl) {
        return (exception, command, parsed) -> {
            Failure failure = Failure.of(exception);
            ctl.err().println("qmpctl %s: %s".formatted(command.getCommandName(), failure.sentence()));
            if (ctl.verbose()) {
                exception.printStackTrace(ctl.err());
            }
            return failure.code().number();
        };
    }
}
