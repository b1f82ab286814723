package io.github.qmp4j.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import io.github.qmp4j.transport.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Asks QEMU for its version, which it and its storage daemon answer at once when they answer at all. At most one question
 * is under way: however often a QEMU that is stuck is asked for its health, nothing piles up. Its fields belong to the
 * event loop.
 */
final class HealthCheck {
    private static final QmpCommand<JsonNode> QUESTION = QmpCommand.of("query-version");

    /** A stuck QEMU is not asked again before this is over, and an answer until then is no late one. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private final QmpSession session;
    private final CommandFlow commands;
    private final Wire wire;

    private @Nullable CompletableFuture<JsonNode> question;
    private long asked;

    HealthCheck(QmpSession session, CommandFlow commands, Wire wire) {
        this.session = session;
        this.commands = commands;
        this.wire = wire;
    }

    /** On any thread. The result never fails. */
    CompletableFuture<QmpHealth> check(Duration budget, Executor callbacks) {
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("the budget of a health check (%s) must be positive".formatted(budget));
        }
        CallFuture<QmpHealth> result = new CallFuture<>(callbacks);
        if (!wire.execute(() -> ask(budget, result))) {
            dead(result);
        }
        return result;
    }

    /** Why is known when QEMU's last words are, or do not come. */
    private void dead(CallFuture<QmpHealth> result) {
        session.closed().whenComplete((done, failure) -> result.arrive(() -> new QmpHealth.Dead(session.cause())));
    }

    private void ask(Duration budget, CallFuture<QmpHealth> result) {
        if (session.state() == ConnectionState.CLOSED) {
            dead(result);
            return;
        }
        CompletableFuture<JsonNode> answer = question;
        if (answer == null || answer.isDone()) {
            asked = System.nanoTime();
            answer = commands.execute(QUESTION, false, PATIENCE, DaemonThreads.work(), null);
            question = answer;
        }
        CompletableFuture<JsonNode> awaited = answer;
        long begin = asked;
        Runnable timeOff = wire.schedule(() -> timeOut(awaited, begin, result), budget);
        awaited.whenComplete((version, failure) -> {
            timeOff.run();
            answered(failure, begin, result);
        });
    }

    private void answered(@Nullable Throwable failure, long begin, CallFuture<QmpHealth> result) {
        if (failure == null || failure instanceof QmpCommandException) {
            Duration roundTrip = Duration.ofNanos(System.nanoTime() - begin);
            result.arrive(() -> new QmpHealth.Responsive(roundTrip));
        } else if (session.state() == ConnectionState.CLOSED || !wire.execute(() -> unresponsive(0, result))) {
            dead(result);
        }
    }

    /** The answer may be there with the executor for callbacks being too busy to tell; that is not QEMU's fault. */
    private void timeOut(CompletableFuture<JsonNode> answer, long begin, CallFuture<QmpHealth> result) {
        if (answer.isDone()) {
            answered(answer.isCompletedExceptionally() ? failure(answer) : null, begin, result);
        } else {
            unresponsive(1, result);
        }
    }

    private static Throwable failure(CompletableFuture<?> done) {
        try {
            done.join();
            throw new IllegalStateException("it has not failed");
        } catch (CompletionException e) {
            return Futures.cause(e);
        }
    }

    private void unresponsive(int own, CallFuture<QmpHealth> result) {
        Instant since = commands.silence().since();
        int others = Math.max(0, commands.inFlight() - own);
        result.arrive(() -> new QmpHealth.Unresponsive(since, others));
    }
}
