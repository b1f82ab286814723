package io.github.qmp4j.blockjobs.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.start.StartSteps.Step;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The order in which the steps of a start are taken and undone. */
class StartStepsTest {
    private final List<String> done = new ArrayList<>();

    private Step step(String name, Supplier<? extends CompletableFuture<?>> run) {
        return new Step(
                name,
                () -> {
                    done.add(name);
                    return run.get();
                },
                cause -> {
                    done.add("no " + name);
                    return CompletableFuture.completedFuture(
                            new IllegalStateException(cause.getMessage() + ", without " + name, cause));
                });
    }

    private Step step(String name) {
        return step(name, Futures::done);
    }

    private static CompletableFuture<?> refused() {
        return CompletableFuture.failedFuture(new IllegalStateException("refused"));
    }

    @Test
    void areTakenInOrder() {
        StartSteps.run(List.of(step("a"), step("b"), step("c"))).join();
        assertThat(done).containsExactly("a", "b", "c");
    }

    @Test
    void areUndoneTheLastFirstFromTheOneThatFailed() {
        CompletableFuture<Void> start =
                StartSteps.run(List.of(step("a"), step("b"), step("c", StartStepsTest::refused), step("d")));
        assertThatThrownBy(start::join).hasMessageContaining("refused, without c, without b, without a");
        assertThat(done).containsExactly("a", "b", "c", "no c", "no b", "no a");
    }

    @Test
    void areUndoneWhereOneThrows() {
        CompletableFuture<Void> start = StartSteps.run(List.of(step("a"), step("b", () -> {
            throw new IllegalStateException("thrown");
        })));
        assertThatThrownBy(start::join).hasMessageContaining("thrown, without b, without a");
    }

    @Test
    void areUndoneAlthoughOneCannotBe() {
        Step stubborn = new Step(
                "b", StartStepsTest::refused, cause -> CompletableFuture.failedFuture(new IllegalStateException("no")));
        assertThatThrownBy(() -> StartSteps.run(List.of(step("a"), stubborn)).join())
                .hasMessageContaining("refused, without a");
    }

    @Test
    void waitForEachOther() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> start = StartSteps.run(List.of(step("a", () -> gate), step("b")));
        assertThat(done).containsExactly("a");
        gate.complete(null);
        assertThat(start).isCompleted();
        assertThat(done).containsExactly("a", "b");
    }
}
