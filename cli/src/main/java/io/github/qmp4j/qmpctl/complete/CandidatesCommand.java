package io.github.qmp4j.qmpctl.complete;

import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code qmpctl __complete}, which the scripts of {@link CompletionCommand} call at each Tab. It prints the candidates for the
 * last word, one a line with a tab and a description, and {@code :files} where a file fits.
 */
@Command(name = "__complete", hidden = true, description = "Serve the completion scripts.")
@SuppressWarnings("NullAway.Init")
public final class CandidatesCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "WORD",
            description = "The words after qmpctl; the last is the one to complete.")
    private List<String> words = List.of();

    public CandidatesCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        if (!words.isEmpty()) {
            TypedWords typed = TypedWords.of(spec.root(), words);
            new CompletionCandidates(typed, new LiveNames(ctl, typed)).lines().forEach(ctl.out()::println);
        }
        return 0;
    }
}
