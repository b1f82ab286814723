package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.Evidence.Asked;
import io.github.qmp4j.blockjobs.Evidence.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What was heard of a job's end, and what was asked of the job before. Belongs to the job's mailbox. */
final class Testimony {
    private Optional<Result> told = Optional.empty();
    private Optional<String> error = Optional.empty();
    private Asked asked = Asked.NOTHING;
    /** Why this side has cancelled the job instead of finalizing it. */
    private Optional<String> withdrawn = Optional.empty();

    /** Whether each verb that ends a job was accepted; in doubt it may have been. */
    private record Answer(Asked verb, CompletableFuture<Boolean> accepted) {}

    private final List<Answer> answers = new ArrayList<>();

    void asked(Asked verb) {
        asked = verb;
    }

    /** @param accepted fails where it cannot be known */
    void asked(Asked verb, CompletableFuture<Boolean> accepted) {
        asked = verb;
        answers.add(new Answer(verb, accepted));
    }

    /** Completes normally when the verbs that a judge rests on are answered, or cannot be any more. */
    CompletableFuture<?> heardFor(Judge judge) {
        return judge.restsOnVerbs()
                ? CompletableFuture.allOf(answers.stream()
                        .map(answer -> answer.accepted().handle((accepted, failure) -> true))
                        .toArray(CompletableFuture[]::new))
                : CompletableFuture.completedFuture(true);
    }

    /** A verb without an answer may have been obeyed, and then none is certain. */
    private Asked granted() {
        boolean doubt = answers.stream()
                .anyMatch(answer ->
                        !answer.accepted().isDone() || answer.accepted().isCompletedExceptionally());
        Set<Asked> accepted = answers.stream()
                .filter(answer -> answer.verb() != Asked.CANCEL)
                .filter(answer -> !doubt && answer.accepted().getNow(false))
                .map(Answer::verb)
                .collect(Collectors.toSet());
        return accepted.size() == 1 ? accepted.iterator().next() : Asked.NOTHING;
    }

    boolean isAsked() {
        return asked != Asked.NOTHING;
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}, or our own conclusion in their place. */
    void told(Result result, Optional<String> why) {
        told = Optional.of(result);
        error = why;
    }

    /** What was heard was about another job. */
    void forget() {
        told = Optional.empty();
        error = Optional.empty();
    }

    boolean isGiven() {
        return told.isPresent();
    }

    /** This side is about to cancel the job, since it could not be finalized: that is a failure, and no cancel of a user. */
    void withdrawn(String why) {
        withdrawn = Optional.of(why);
    }

    /** Joins what was heard with what QEMU still had to say when it was asked. */
    Evidence with(JobId id, Conclusion conclusion, JobProgress progress) {
        Result result = result(conclusion);
        boolean isWithdrawn =
                withdrawn.isPresent() && (result == Result.CANCELLED || (result == Result.FAILED && told.isEmpty()));
        return new Evidence(
                id,
                isWithdrawn ? Result.FAILED : result,
                isWithdrawn ? withdrawn : conclusion.error().or(() -> error),
                asked,
                granted(),
                progress,
                conclusion.after(),
                conclusion.doubt());
    }

    /** A job that was cancelled has an error too; only the event, or our own asking, tells it from a failure. */
    private Result result(Conclusion conclusion) {
        if (!conclusion.seen() || told.equals(Optional.of(Result.CANCELLED))) {
            return told.orElse(Result.UNKNOWN);
        }
        if (conclusion.error().isEmpty()) {
            // An error that either of them tells is an error.
            return told.equals(Optional.of(Result.FAILED)) ? Result.FAILED : Result.SUCCEEDED;
        }
        return asked == Asked.CANCEL && told.isEmpty() ? Result.CANCELLED : Result.FAILED;
    }
}
