package io.github.qmp4j.qmpctl.failure;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobConflictException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Why a job was not started, or why a command failed.
 *
 * @param sentence one line for people
 */
public record Failure(ExitCode code, String sentence) {

    public Failure {
        sentence = sentence.replaceAll("\\s*\\R\\s*", " ");
    }

    public static Failure of(Throwable thrown) {
        Throwable cause = unwrapped(thrown);
        return new Failure(code(cause), sentence(cause));
    }

    /** The exception that a future failed with, without the wrappers of the future. */
    public static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static ExitCode code(Throwable cause) {
        if (cause instanceof RefusedException refused) {
            return refused.code();
        }
        if (cause instanceof IllegalArgumentException) {
            return ExitCode.USAGE;
        }
        if (cause instanceof JobConflictException) {
            return ExitCode.CONFLICT;
        }
        if (cause instanceof QmpException && !(cause instanceof QmpCommandException)) {
            return ExitCode.NO_ANSWER;
        }
        return ExitCode.FAILED;
    }

    private static String sentence(Throwable cause) {
        boolean expected = cause instanceof QmpException
                || cause instanceof RefusedException
                || cause instanceof BlockJobException
                || cause instanceof IllegalArgumentException
                || cause instanceof IOException;
        String message = cause.getMessage();
        if (expected && message != null) {
            return OptionNames.in(message);
        }
        return "this is a defect of qmpctl: %s; run it again with -v and report what it prints".formatted(cause);
    }
}
