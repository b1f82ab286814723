package io.github.qmp4j.qmpctl.build;

import io.github.qmp4j.qmpctl.Main;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Writes the manual pages into a folder, one for qmpctl and one for each command. The build runs it. */
public final class ManPages {
    private ManPages() {}

    /**
     * Takes the folder, and creates it if necessary.
     *
     * @throws IOException if a page cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("give the folder for the manual pages, and nothing else");
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        CommandLine root = Main.commandLine(new QmpCtl(nowhere, nowhere));
        List<CommandLine> visible = new ArrayList<>(root.getSubcommands().values());
        visible.removeIf(command -> command.getCommandSpec().usageMessage().hidden());
        ManPage main = new ManPage(root.getCommandSpec());
        Files.writeString(folder.resolve(main.name() + ".1"), main.text(visible));
        for (CommandLine command : visible) {
            ManPage page = new ManPage(command.getCommandSpec());
            Files.writeString(folder.resolve(page.name() + ".1"), page.text(List.of()));
        }
    }
}
