package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver.Outcome;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.codec.QmpEncoder;
import io.github.qmp4j.codec.QmpMessage;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.transport.OwnedDescriptor;
import io.github.qmp4j.transport.Wire;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the commands of a session, and matches replies to them. Belongs to the event loop where nothing else is said. */
final class CommandFlow {
    private static final Logger LOG = LoggerFactory.getLogger(CommandFlow.class);

    /** QEMU reads ahead eight commands and one; beyond that an out-of-band command is not seen. */
    private static final int MOST_IN_BAND = 8;

    private final QmpAddress address;
    private final QmpOptions options;
    private final Wire wire;
    private final ObserverNotifier observations;
    private final AtomicLong lastId = new AtomicLong();
    private final PendingCalls pending;
    private final InBandQueue lane;
    private final ReplyClock silence = new ReplyClock();

    /** Completes when nothing waits for a reply any more. */
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /** Why nothing can be sent any more; null while it can, or while that is not known. Written by the event loop. */
    private volatile @Nullable QmpException end;

    private boolean held;

    CommandFlow(QmpAddress address, QmpOptions options, Wire wire, ObserverNotifier observations) {
        this.address = address;
        this.options = options;
        this.wire = wire;
        this.observations = observations;
        this.pending = new PendingCalls(options.maxInFlight());
        this.lane = new InBandQueue(options.outOfBand() ? MOST_IN_BAND : Integer.MAX_VALUE);
    }

    /**
     * Takes a command on; on any thread.
     *
     * @param callbacks where what hangs on the result runs
     * @param descriptor what goes with the first byte of it; stays the caller's to close
     */
    <R> CallFuture<R> execute(
            QmpCommand<R> command,
            boolean outOfBand,
            Duration timeout,
            Executor callbacks,
            @Nullable OwnedDescriptor descriptor) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the time-out of a command (%s) must be positive".formatted(timeout));
        }
        CallFuture<R> result = new CallFuture<>(callbacks);
        Call<R> call = new Call<>(lastId.incrementAndGet(), command, outOfBand, result, timeout);
        byte[] line = QmpEncoder.execute(command, outOfBand, call.id());
        String danger = CrashingCommands.danger(command);
        if (danger != null) {
            result.fail(notSent(command, "it would kill QEMU, because " + danger));
        } else if (outOfBand && !options.outOfBand()) {
            result.fail(notSent(command, "the session was opened without QmpOptions.outOfBand"));
        } else if (!pending.reserve()) {
            result.fail(notSent(
                    command,
                    "%d commands already wait for their replies from %s".formatted(options.maxInFlight(), address)));
        } else if (!wire.execute(() -> start(call, line, descriptor))) {
            leave(call);
        }
        return result;
    }

    private void start(Call<?> call, byte[] line, @Nullable OwnedDescriptor descriptor) {
        if (held || end != null) {
            leave(call);
        } else if (wire.isClogged()) {
            pending.giveBack();
            call.result()
                    .fail(notSent(call.command(), "QEMU does not read what %s was sent before".formatted(address)));
        } else {
            pending.add(call, wire.schedule(() -> timeOut(call), call.timeout()));
            observations.started(call);
            silence.sent();
            if (descriptor != null) {
                // QEMU takes the descriptor that came last, and with out-of-band enabled it reads ahead.
                lane.sendAlone(call.id(), () -> wire.send(line, descriptor, why -> refuse(call, why)));
            } else if (call.outOfBand()) {
                wire.send(line);
            } else {
                lane.send(call.id(), () -> wire.send(line));
            }
        }
    }

    private void refuse(Call<?> call, String why) {
        lane.answered(call.id());
        if (pending.remove(call.id()) != null) {
            observations.finished(call.id(), Outcome.ERROR);
            call.result().fail(notSent(call.command(), why));
        }
    }

    /** A command that comes too late fails with the reason when that is known; on any thread. */
    private void leave(Call<?> call) {
        pending.giveBack();
        over.whenComplete((done, none) -> call.result().fail(tooLate(call.command())));
    }

    static QmpException notSent(QmpCommand<?> command, String why) {
        return new QmpException("%s was not sent: %s".formatted(command.name(), why));
    }

    private QmpException tooLate(QmpCommand<?> command) {
        QmpException why = end;
        String reason = why == null ? "the session is over" : String.valueOf(why.getMessage());
        return new QmpDisconnectedException("%s was not sent: %s".formatted(command.name(), reason), false, why);
    }

    private void timeOut(Call<?> call) {
        if (pending.remove(call.id()) != null) {
            observations.finished(call.id(), Outcome.TIMEOUT);
            boolean unsent = lane.takeBack(call.id());
            if (!unsent) {
                pending.expectLate(call.id());
            }
            if (!held) {
                lane.advance();
            }
            call.result()
                    .fail(new QmpTimeoutException(
                            call.name(),
                            "%s got no reply from %s within %s; %d other commands wait; %s"
                                    .formatted(
                                            call.name(),
                                            address,
                                            ConnectFailures.seconds(call.timeout()),
                                            pending.size(),
                                            unsent ? "it was never sent" : "QEMU may still execute it")));
        }
    }

    void replied(QmpMessage.Reply reply) {
        Call<?> call = pending.take(reply.id());
        reply.id().ifPresent(lane::answered);
        if (call == null) {
            observations.late();
        } else {
            observations.finished(call.id(), Outcome.OK);
            call.reply(reply.value());
        }
    }

    void refused(QmpMessage.ErrorReply error) {
        Call<?> call = error.id().isPresent() ? pending.take(error.id()) : pending.takeOnly();
        if (call != null) {
            lane.answered(call.id());
            observations.finished(call.id(), Outcome.ERROR);
            call.result().fail(new QmpCommandException(call.name(), error.errorClass(), error.desc()));
        } else {
            error.id().ifPresent(lane::answered);
            observations.late();
            LOG.warn("{} sent an error that belongs to no command: {}", address, error.desc());
        }
    }

    /** A message of any kind has come, and been taken. */
    void heard() {
        silence.broken(pending.size());
    }

    ReplyClock silence() {
        return silence;
    }

    int inFlight() {
        return pending.size();
    }

    /** Sends nothing more; what waits, and what comes, waits for the {@link #end}. */
    void hold() {
        held = true;
    }

    /** Fails everything that waits. */
    void end(QmpException why) {
        end = why;
        pending.failAll(call -> {
            boolean sent = !lane.takeBack(call.id());
            String fate = sent ? "QEMU may have executed it or not" : "it was never sent";
            return new QmpDisconnectedException(
                    "%s got no reply: %s; %s".formatted(call.name(), why.getMessage(), fate), sent, why);
        });
        over.complete(null);
    }

    /** On any thread. */
    long strays() {
        return pending.strays();
    }
}
