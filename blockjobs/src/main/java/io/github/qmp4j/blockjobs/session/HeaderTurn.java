package io.github.qmp4j.blockjobs.session;

import io.github.qmp4j.blockjobs.async.AsyncMutex;
import io.github.qmp4j.blockjobs.async.Pause;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lets one process at a time write to headers through one QEMU, or finalize a job, which has QEMU write to one. A proof writes the
 * name that a header holds; if another process finalized a job in that moment, it would write the name of before.
 *
 * <p>The turn is an object in QEMU. Where a process has died in its turn, the next one takes it after ten seconds. Where QEMU
 * does not know the type of the object there are no turns.
 */
public final class HeaderTurn {
    private static final String ID = "qmp4j-header-turn";
    private static final int LOOKS = 100;
    private static final int LOOKS_AT_NONE = 3;

    private final QmpClient client;
    private final TextObject turn;
    private final AsyncMutex turns = new AsyncMutex();
    private final String mine = UUID.randomUUID().toString();

    public HeaderTurn(QmpClient client) {
        this.client = client;
        this.turn = new TextObject(client, ID);
    }

    /** Does the work when it is its turn; not to be called by work that has it. */
    public <T> CompletableFuture<T> during(Supplier<CompletableFuture<T>> work) {
        return turns.take(() -> {
            CompletableFuture<T> done =
                    ReturningClient.again(client, () -> taken("", LOOKS)).thenCompose(begun -> work.get());
            // A session that is lost leaves the object behind as our own.
            return Futures.whenOver(done, () -> Futures.whenOver(turn.remove(), () -> done));
        });
    }

    /** @param looks how often another process may be found in its turn before that turn is over */
    private CompletableFuture<Void> taken(String other, int looks) {
        return turn.make(mine)
                .thenCompose(made -> made
                        ? CompletableFuture.completedFuture(null)
                        : turn.text().thenCompose(owner -> wait(owner.orElse(""), other, looks)));
    }

    private CompletableFuture<Void> wait(String owner, String before, int looks) {
        if (owner.equals(mine)) {
            return CompletableFuture.completedFuture(null);
        }
        int left = owner.equals(before) ? looks - 1 : owner.isEmpty() ? LOOKS_AT_NONE : LOOKS;
        if (left > 0) {
            return Pause.before(() -> taken(owner, left));
        }
        return owner.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : turn.remove().thenCompose(done -> taken("", LOOKS));
    }
}
