package io.github.qmp4j.client;

import io.github.qmp4j.QmpException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The commands that wait for their replies, by id. Belongs to the event loop where a method does not say otherwise. */
final class PendingCalls {
    /** No id of a command. */
    private static final long NONE = -1;

    private record Pending(Call<?> call, Runnable timeoutOff) {}

    private final Map<Long, Pending> byId = new HashMap<>();
    private final int most;

    /** Counts the calls that wait here, and those on their way here. */
    private final AtomicInteger reserved = new AtomicInteger();

    private final AtomicLong strays = new AtomicLong();

    /** The last command whose time was over while it was with QEMU, and that may not have been answered yet. */
    private long overdue = NONE;

    PendingCalls(int most) {
        this.most = most;
    }

    /** Takes one of the limited places for a command; false if there is none. On any thread. */
    boolean reserve() {
        return reserved.getAndUpdate(taken -> Math.min(taken + 1, most)) < most;
    }

    /** Gives back the place of a command that never came here. On any thread. */
    void giveBack() {
        reserved.decrementAndGet();
    }

    void add(Call<?> call, Runnable timeoutOff) {
        byId.put(call.id(), new Pending(call, timeoutOff));
    }

    /** Takes the call that a reply belongs to; null, and counted, if it came late or was never asked for. */
    @Nullable
    Call<?> take(OptionalLong id) {
        Call<?> call = id.isPresent() ? remove(id.getAsLong()) : null;
        if (call == null) {
            strays.incrementAndGet();
        }
        // In band QEMU answers in order, so what was before this one has been answered too.
        if (call == null ? id.equals(OptionalLong.of(overdue)) : !call.outOfBand() && call.id() > overdue) {
            overdue = NONE;
        }
        return call;
    }

    /** Takes a call that needs no reply any more, since its time is over or it cannot be sent; null if its reply came first. */
    @Nullable
    Call<?> remove(long id) {
        Pending pending = byId.remove(id);
        if (pending == null) {
            return null;
        }
        giveBack();
        pending.timeoutOff().run();
        return pending.call();
    }

    /** A command that was removed is with QEMU, so that what it is answered with is still to come. */
    void expectLate(long id) {
        overdue = Math.max(overdue, id);
    }

    /**
     * An error without an id answers what QEMU could not read. With one command in flight it is that one's, unless it may
     * be late, and an earlier one's. With more its command cannot be identified, and all that QEMU could read get replies of
     * their own.
     *
     * @return null, and counted, where its command cannot be identified
     */
    @Nullable
    Call<?> takeOnly() {
        boolean known = byId.size() == 1 && overdue == NONE;
        return take(known ? OptionalLong.of(byId.keySet().iterator().next()) : OptionalLong.empty());
    }

    int size() {
        return byId.size();
    }

    /** On any thread. */
    long strays() {
        return strays.get();
    }

    void failAll(Function<? super Call<?>, ? extends QmpException> failure) {
        List<Pending> all = new ArrayList<>(byId.values());
        byId.clear();
        for (Pending pending : all) {
            giveBack();
            pending.timeoutOff().run();
            pending.call().result().fail(failure.apply(pending.call()));
        }
    }
}
