package io.github.qmp4j.qmpctl;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports a command line that cannot be understood: one line on standard error, and with JSON the result line of a job. */
final class UsageErrors implements IParameterExceptionHandler {
    private static final Set<String> WITH_RESULT =
            Set.of("pull", "commit", "copy", "wait", "pivot", "finish", "finalize", "cancel");

    private static final String PREFIX = "Error: ";

    /** Our command for the name that another program uses. */
    private static final Map<String, String> MEANT = Map.of(
            "merge", "commit or pull",
            "blockcommit", "commit",
            "blockpull", "pull",
            "blockcopy", "copy",
            "blockjob", "jobs, job, cancel, pivot or speed");

    private final QmpCtl ctl;

    UsageErrors(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        String name = exception.getCommandLine().getCommandName();
        Failure failure = new Failure(ExitCode.USAGE, message(exception));
        // picocli reads from left to right, so -o may follow the option that it could not read.
        boolean json = String.join(" ", arguments).matches("(?i)(.* )?(-o[ =]?|--output[ =])json( .*)?");
        if (json && WITH_RESULT.contains(name)) {
            ctl.out().println(Json.result(JobResult.refused("", name, failure)));
        }
        ctl.err().println("%s: %s; see: %s --help".formatted(command, failure.sentence(), command));
        return ExitCode.USAGE.number();
    }

    private static String message(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched
                && exception.getCommandLine().getParent() == null
                && !unmatched.getUnmatched().get(0).startsWith("-")) {
            return noCommand(unmatched.getUnmatched().get(0), unmatched.getSuggestions());
        }
        String message = String.valueOf(exception.getMessage());
        return message.startsWith(PREFIX) ? message.substring(PREFIX.length()) : message;
    }

    private static String noCommand(String name, List<String> alike) {
        String begin = name.substring(0, Math.min(2, name.length()));
        String known = alike.stream().filter(other -> other.startsWith(begin)).collect(Collectors.joining(" or "));
        String meant = MEANT.getOrDefault(name, known);
        return "there is no command '%s'%s".formatted(name, meant.isEmpty() ? "" : "; perhaps " + meant);
    }
}
