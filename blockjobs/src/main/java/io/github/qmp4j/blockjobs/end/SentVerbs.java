package io.github.qmp4j.blockjobs.end;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The verbs that were sent to end one job. A verb counts from the moment when QEMU accepts it, and as long as QEMU's answer is not
 * known. A verb that QEMU refuses never counts, however late it was sent, nor one that was sent after the end. Safe for use by any thread.
 */
public final class SentVerbs {
    /** @param accepted fails where the answer cannot be known */
    private record Sent(Asked verb, CompletableFuture<Boolean> accepted) {
        boolean isInDoubt() {
            return !accepted.isDone() || accepted.isCompletedExceptionally();
        }

        boolean isAccepted() {
            return !isInDoubt() && accepted.getNow(false);
        }

        boolean isRefused() {
            return !isInDoubt() && !accepted.getNow(true);
        }
    }

    /** In the order in which they were sent; guarded by this. */
    private final List<Sent> sent = new ArrayList<>();

    /** Guarded by this. */
    private boolean ended;

    /** Sends a verb, which counts before QEMU can have it; gives QEMU's reply. */
    public CompletableFuture<JsonNode> send(Asked verb, Supplier<CompletableFuture<JsonNode>> command) {
        CompletableFuture<Boolean> accepted = new CompletableFuture<>();
        add(verb, accepted);
        return command.get().whenComplete((reply, failure) -> {
            if (failure == null) {
                accepted.complete(true);
            } else if (isInDoubt(failure)) {
                accepted.completeExceptionally(failure);
            } else {
                accepted.complete(false);
            }
        });
    }

    /** An earlier process was about to send it, and nothing tells whether QEMU has accepted it. */
    public void mayHaveSent(Asked verb) {
        add(verb, CompletableFuture.failedFuture(new BlockJobException("an earlier process had the answer")));
    }

    private synchronized void add(Asked verb, CompletableFuture<Boolean> accepted) {
        if (ended) {
            return;
        }
        sent.removeIf(Sent::isRefused);
        sent.add(new Sent(verb, accepted));
    }

    /**
     * QEMU was seen to have ended the job, so it refuses verbs that are sent from now on. Completes normally when all verbs sent before
     * are answered, or cannot be any more.
     */
    public synchronized CompletableFuture<Void> ended() {
        ended = true;
        return CompletableFuture.allOf(sent.stream()
                .map(one -> one.accepted().handle((accepted, failure) -> true))
                .toArray(CompletableFuture[]::new));
    }

    /** The last one that counts; NOTHING where none does. */
    public synchronized Asked last() {
        return counting().reduce((before, last) -> last).map(Sent::verb).orElse(Asked.NOTHING);
    }

    /** Whether QEMU has certainly accepted this one. */
    synchronized boolean isAccepted(Asked verb) {
        return sent.stream().anyMatch(one -> one.verb() == verb && one.isAccepted());
    }

    /** The one way of ending the job gracefully that QEMU has certainly accepted, where no other one counts; else NOTHING. */
    synchronized Asked proved() {
        Set<Asked> ways =
                counting().map(Sent::verb).filter(verb -> verb != Asked.CANCEL).collect(Collectors.toSet());
        return ways.size() == 1 && ways.stream().allMatch(this::isAccepted)
                ? ways.iterator().next()
                : Asked.NOTHING;
    }

    private Stream<Sent> counting() {
        return sent.stream().filter(one -> !one.isRefused());
    }

    /** Whether it is for the outcome to tell what became of a verb: QEMU may have obeyed it, or the session is gone. */
    public static boolean isInDoubt(Throwable failure) {
        Throwable cause = Futures.cause(failure);
        return cause instanceof QmpDisconnectedException
                || (cause instanceof QmpException known && known.mayHaveReachedQemu());
    }
}
