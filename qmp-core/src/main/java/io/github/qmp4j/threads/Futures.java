package io.github.qmp4j.threads;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Combinators for futures. */
public final class Futures {
    private Futures() {}

    /** A step that needs no time. */
    public static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** Why a future failed, without the {@link CompletionException} that the futures made of it wrap around the reason. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Goes on with the value, or with the {@link #cause} of the failure. */
    public static <T extends @Nullable Object, R extends @Nullable Object> CompletableFuture<R> either(
            CompletableFuture<T> first,
            Function<? super T, ? extends CompletableFuture<R>> withValue,
            Function<? super Throwable, ? extends CompletableFuture<R>> withCause) {
        return flat(first.handle(
                (value, failure) -> failure == null ? withValue.apply(value) : withCause.apply(cause(failure))));
    }

    /** The result of the result. */
    public static <T extends @Nullable Object> CompletableFuture<T> flat(
            CompletableFuture<? extends CompletableFuture<T>> nested) {
        return nested.thenCompose(inner -> inner);
    }

    /** Goes on with the cause of a failure; a value stays. */
    public static <T extends @Nullable Object> CompletableFuture<T> orElse(
            CompletableFuture<T> first, Function<? super Throwable, ? extends CompletableFuture<T>> withCause) {
        return first.exceptionallyCompose(failure -> withCause.apply(cause(failure)));
    }

    /** Goes on when the first has ended, with a value or without. */
    public static <R extends @Nullable Object> CompletableFuture<R> whenOver(
            CompletableFuture<?> first, Supplier<? extends CompletableFuture<R>> next) {
        return flat(first.handle((value, failure) -> next.get()));
    }

    /** Begins each step when the one before it has ended well; the first that fails ends it. */
    public static <T> CompletableFuture<Void> inTurn(
            Collection<? extends T> items, Function<? super T, ? extends CompletableFuture<?>> step) {
        CompletableFuture<Void> all = done();
        for (T item : items) {
            all = all.thenCompose(before -> step.apply(item).thenAccept(after -> {}));
        }
        return all;
    }

    /** Begins all steps at once, and has their values in order; fails with the cause of the first, in order, that fails. */
    public static <T, R> CompletableFuture<List<R>> each(
            Collection<? extends T> items, Function<? super T, ? extends CompletableFuture<R>> step) {
        CompletableFuture<List<R>> all = CompletableFuture.completedFuture(List.of());
        for (CompletableFuture<R> one : items.stream().map(step).toList()) {
            all = all.thenCombine(one, (before, value) -> {
                List<R> more = new ArrayList<>(before);
                more.add(value);
                return more;
            });
        }
        return all;
    }
}
