package io.github.qmp4j.qmpctl;

import io.github.qmp4j.qmpctl.command.CancelCommand;
import io.github.qmp4j.qmpctl.command.ChainCommand;
import io.github.qmp4j.qmpctl.command.CleanCommand;
import io.github.qmp4j.qmpctl.command.CommitCommand;
import io.github.qmp4j.qmpctl.command.CopyCommand;
import io.github.qmp4j.qmpctl.command.DisksCommand;
import io.github.qmp4j.qmpctl.command.DismissCommand;
import io.github.qmp4j.qmpctl.command.DoctorCommand;
import io.github.qmp4j.qmpctl.command.EventsCommand;
import io.github.qmp4j.qmpctl.command.ExecCommand;
import io.github.qmp4j.qmpctl.command.FinalizeCommand;
import io.github.qmp4j.qmpctl.command.FinishCommand;
import io.github.qmp4j.qmpctl.command.JobCommand;
import io.github.qmp4j.qmpctl.command.JobsCommand;
import io.github.qmp4j.qmpctl.command.PauseCommand;
import io.github.qmp4j.qmpctl.command.PivotCommand;
import io.github.qmp4j.qmpctl.command.PullCommand;
import io.github.qmp4j.qmpctl.command.ResumeCommand;
import io.github.qmp4j.qmpctl.command.SchemaCommand;
import io.github.qmp4j.qmpctl.command.ShellCommand;
import io.github.qmp4j.qmpctl.command.SpeedCommand;
import io.github.qmp4j.qmpctl.command.WaitCommand;
import io.github.qmp4j.qmpctl.complete.CandidatesCommand;
import io.github.qmp4j.qmpctl.complete.CompletionCommand;
import io.github.qmp4j.qmpctl.demo.DemoCommand;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.output.StandardStreams;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;

/** Starts qmpctl, and ends it with its exit code. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(new QmpCtl(StandardStreams.out(), StandardStreams.err()), arguments));
    }

    public static int run(QmpCtl ctl, String... arguments) {
        try {
            return commandLine(ctl, needed(ctl, arguments)).execute(arguments);
        } finally {
            ctl.closeTrace();
        }
    }

    private static final String EXAMPLES_HEADING = "%nExamples:%n";

    /** Set by code, since commands without examples of their own would inherit those of an annotation. */
    private static final String[] EXAMPLES = {
        "Show disks and snapshots; the newest snapshot is on top:",
        "  qmpctl --socket /run/vm.qmp chain",
        "Merge all snapshots into the lowest image, while the guest runs:",
        "  qmpctl --socket /run/vm.qmp commit virtio0 --pivot",
        "To merge only some snapshots see qmpctl commit --help and qmpctl pull --help."
    };

    /** With all commands. */
    public static CommandLine commandLine(QmpCtl ctl) {
        return commandLine(ctl, Set.of());
    }

    /** In the order of the help. A command object is made only if needed, since reading its annotations takes time. */
    private static Map<String, Supplier<Object>> commands(QmpCtl ctl) {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("disks", () -> new DisksCommand(ctl));
        all.put("chain", () -> new ChainCommand(ctl));
        all.put("pull", () -> new PullCommand(ctl));
        all.put("commit", () -> new CommitCommand(ctl));
        all.put("copy", () -> new CopyCommand(ctl));
        all.put("jobs", () -> new JobsCommand(ctl));
        all.put("job", () -> new JobCommand(ctl));
        all.put("wait", () -> new WaitCommand(ctl));
        all.put("pivot", () -> new PivotCommand(ctl));
        all.put("finish", () -> new FinishCommand(ctl));
        all.put("finalize", () -> new FinalizeCommand(ctl));
        all.put("cancel", () -> new CancelCommand(ctl));
        all.put("pause", () -> new PauseCommand(ctl));
        all.put("resume", () -> new ResumeCommand(ctl));
        all.put("speed", () -> new SpeedCommand(ctl));
        all.put("dismiss", () -> new DismissCommand(ctl));
        all.put("clean", () -> new CleanCommand(ctl));
        all.put("events", () -> new EventsCommand(ctl));
        all.put("exec", () -> new ExecCommand(ctl));
        all.put("schema", () -> new SchemaCommand(ctl));
        all.put("shell", () -> new ShellCommand(ctl));
        all.put("doctor", () -> new DoctorCommand(ctl));
        all.put("completion", () -> new CompletionCommand(ctl));
        all.put("__complete", () -> new CandidatesCommand(ctl));
        all.put("demo", () -> new DemoCommand(ctl.out(), ctl.err()));
        return all;
    }

    /** The commands that these words may name. An empty set stands for all: help is asked for, or no command is named. */
    private static Set<String> needed(QmpCtl ctl, String... arguments) {
        List<String> words = List.of(arguments);
        Set<String> named = new HashSet<>(commands(ctl).keySet());
        named.retainAll(words);
        boolean needsAll = words.contains("-h") || words.contains("--help") || named.contains("__complete");
        return needsAll ? Set.of() : named;
    }

    private static CommandLine commandLine(QmpCtl ctl, Set<String> needed) {
        CommandLine line = new CommandLine(ctl);
        Map<String, Supplier<Object>> commands = commands(ctl);
        commands.forEach((name, command) -> {
            if (needed.isEmpty() || needed.contains(name)) {
                line.addSubcommand(command.get());
            }
        });
        line.getCommandSpec().usageMessage().footer(EXAMPLES);
        withExamples(line);
        line.getSubcommands().values().forEach(Main::withExamples);
        line.setOut(new PrintWriter(ctl.out(), true, StandardStreams.charset()));
        line.setErr(new PrintWriter(ctl.err(), true, StandardStreams.charset()));
        if (!Screen.mayColour(System.getenv())) {
            line.setColorScheme(Help.defaultColorScheme(Ansi.OFF)); // otherwise picocli decides
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

    private static void withExamples(CommandLine line) {
        if (line.getCommandSpec().usageMessage().footer().length > 0) {
            line.getCommandSpec().usageMessage().footerHeading(EXAMPLES_HEADING);
        }
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
