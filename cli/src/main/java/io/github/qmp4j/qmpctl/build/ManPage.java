package io.github.qmp4j.qmpctl.build;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page of one command, in roff's {@code man} macros. */
final class ManPage {
    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    ManPage(CommandSpec command) {
        this.command = command;
    }

    /** The name of the page: {@code qmpctl-pull}. */
    String name() {
        return command.qualifiedName("-");
    }

    /** The whole page. It lists the given commands, which have pages of their own. */
    String text(List<CommandLine> commands) {
        page.setLength(0);
        String description =
                String.join(" ", command.usageMessage().description()).replace("$$", "$");
        line(".TH %s 1".formatted(name().toUpperCase(Locale.ROOT)));
        section("NAME");
        text(name() + " - " + description.replaceFirst("[.;:] .*|\\.$", ""));
        section("SYNOPSIS");
        text(command.commandLine().getHelp().synopsis(0).strip().replaceAll("\\s+", " "));
        section("DESCRIPTION");
        text(description);
        if (!command.positionalParameters().isEmpty()) {
            section("ARGUMENTS");
            command.positionalParameters().forEach(parameter -> item(parameter.paramLabel(), describe(parameter)));
        }
        section("OPTIONS");
        command.options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> item(heading(option), describe(option)));
        if (!commands.isEmpty()) {
            commands(commands);
            environment();
        }
        ending(commands.isEmpty() ? "qmpctl(1)" : "qemu(1), qemu-img(1)");
        return page.toString();
    }

    private void commands(List<CommandLine> commands) {
        section("COMMANDS");
        commands.forEach(each -> item(
                each.getCommandName(),
                String.join(" ", each.getCommandSpec().usageMessage().description())));
    }

    private void environment() {
        section("ENVIRONMENT");
        item("QMPCTL_SOCKET", "The monitor if none is named: a name from the configuration, a path or an address.");
        item("NO_COLOR", "If not empty, no colours on terminals.");
        item("COLUMNS", "The width of the terminal.");
        section("FILES");
        item(
                "$XDG_CONFIG_HOME/qmpctl/config",
                "The names of monitors (socket.NAME = PATH), and the default (default = NAME).");
        item("$XDG_STATE_HOME/qmpctl/history", "The lines of earlier shells.");
    }

    private void ending(String seeAlso) {
        String[] examples = command.usageMessage().footer();
        if (examples.length > 0) {
            section("EXAMPLES");
            line(".nf");
            Stream.of(examples).forEach(this::text);
            line(".fi");
        }
        section("EXIT STATUS");
        command.root().usageMessage().exitCodeList().forEach(this::item);
        section("SEE ALSO");
        text(seeAlso);
    }

    private static String heading(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private static String describe(ArgSpec what) {
        return String.join(" ", what.description());
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void item(String term, String description) {
        line(".TP");
        line("\\fB" + escaped(term) + "\\fR");
        text(description);
    }

    private void text(String text) {
        line(escaped(Ansi.OFF.string(text)));
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    /** Keeps hyphens as they are, and keeps a line from being read as a macro. */
    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
