package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.threads.Futures;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the steps of a start one after another; where one fails, it and those before it are undone, the last first. */
final class StartSteps {
    private static final Logger LOG = LoggerFactory.getLogger(StartSteps.class);

    /**
     * @param undo is given why the start fails, and gives the same with what this step has left behind. It may find that the step
     *     was only begun. Where it fails, the reason stays as it was
     */
    record Step(
            String name,
            Supplier<? extends CompletableFuture<?>> run,
            Function<Throwable, CompletableFuture<Throwable>> undo) {

        /** A step that leaves nothing to undo. */
        Step(String name, Supplier<? extends CompletableFuture<?>> run) {
            this(name, run, CompletableFuture::completedFuture);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final Deque<Step> begun = new ArrayDeque<>();

    private StartSteps() {}

    /** Fails with what the undoing has made of the cause. */
    static CompletableFuture<Void> run(List<Step> steps) {
        StartSteps start = new StartSteps();
        return Futures.orElse(Futures.inTurn(steps, start::begin), start::undo);
    }

    private CompletableFuture<?> begin(Step step) {
        begun.push(step);
        return step.run().get();
    }

    private CompletableFuture<Void> undo(Throwable cause) {
        LOG.debug("a start failed; its steps, the last first: {}", begun, cause);
        CompletableFuture<Throwable> why = CompletableFuture.completedFuture(cause);
        for (Step step : begun) {
            // One that cannot be undone must not keep the others from it.
            why = why.thenCompose(found -> step.undo().apply(found).exceptionally(failure -> found));
        }
        return why.thenCompose(CompletableFuture::failedFuture);
    }
}
