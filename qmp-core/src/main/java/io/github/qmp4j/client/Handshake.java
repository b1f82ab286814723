package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.codec.QmpEncoder;
import io.github.qmp4j.codec.QmpMessage;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.transport.Wire;
import io.github.qmp4j.transport.WireListener;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection from its start: it waits for QEMU's greeting, answers it, and from then on passes everything to the
 * session that it has made. All fields but the future belong to the event loop.
 */
final class Handshake implements WireListener {
    /** The session counts its ids from 1. */
    private static final long NEGOTIATION_ID = 0;

    private static final OptionalLong OURS = OptionalLong.of(NEGOTIATION_ID);

    private static final String OUT_OF_BAND = "oob";

    private static final Duration PROBE_TIME = Duration.ofMillis(500);

    private final QmpAddress address;
    private final QmpOptions options;
    private final ConnectFailures failures;
    private final CompletableFuture<QmpSession> session = new CompletableFuture<>();

    private @Nullable Wire wire;
    private @Nullable QmpGreeting greeting;
    private @Nullable QmpSession made;
    private @Nullable QmpException failure;
    private boolean probed;
    private Runnable patienceOff = () -> {};

    Handshake(QmpAddress address, QmpOptions options, ConnectFailures failures) {
        this.address = address;
        this.options = options;
        this.failures = failures;
    }

    /** Completes on the event loop, once negotiated; fails with {@link io.github.qmp4j.QmpConnectException}. */
    CompletableFuture<QmpSession> session() {
        return session;
    }

    @Override
    public void opened(Wire opened) {
        wire = opened;
        patienceOff = opened.schedule(() -> lookWhyItIsSilent(opened), options.greetingTimeout());
    }

    /** Who holds a UNIX socket is read from a file, and that is not done on the loop. */
    private void lookWhyItIsSilent(Wire opened) {
        if (address instanceof QmpAddress.Unix) {
            DaemonThreads.work().execute(() -> {
                QmpException silent = failures.silent(options.greetingTimeout());
                opened.execute(() -> silent(silent));
            });
        } else {
            silent(failures.silent(options.greetingTimeout()));
        }
    }

    private void silent(QmpException why) {
        if (greeting == null) {
            giveUpUnlessTls(why);
        }
    }

    /** A peer that waits for TLS is as silent as one that is busy or frozen, and shows at the first bytes. */
    private void giveUpUnlessTls(QmpException silent) {
        if (failure == null && TlsFailures.suspects(address)) {
            probed = true;
            wire().send(TlsFailures.probe());
            patienceOff = wire().schedule(() -> giveUp(silent), PROBE_TIME);
        } else {
            giveUp(silent);
        }
    }

    @Override
    public void received(QmpMessage message) {
        if (failure != null) {
            return; // what was on its way when it was given up
        }
        if (made != null) {
            made.received(message);
        } else if (greeting == null) {
            greeted(message);
        } else {
            negotiated(message, greeting);
        }
    }

    private void greeted(QmpMessage message) {
        if (message instanceof QmpMessage.Greeting hello) {
            patienceOff.run();
            greeting = hello.greeting();
            patienceOff = wire().schedule(
                            () -> giveUp(failures.unanswered(options.greetingTimeout())), options.greetingTimeout());
            if (options.outOfBand() && !hello.greeting().capabilities().contains(OUT_OF_BAND)) {
                giveUp(failures.refused("it offers no out-of-band commands, which QmpOptions.outOfBand asks for"));
                return;
            }
            QmpCommand<?> capabilities =
                    QmpCommand.of("qmp_capabilities").with("enable", options.outOfBand() ? List.of(OUT_OF_BAND) : null);
            wire().send(QmpEncoder.execute(capabilities, false, NEGOTIATION_ID));
        } else if (!(message instanceof QmpMessage.Event)) {
            giveUp(failures.notQmp("its first message is no greeting", null));
        }
    }

    private void negotiated(QmpMessage message, QmpGreeting hello) {
        if (message instanceof QmpMessage.Reply reply && reply.id().equals(OURS)) {
            patienceOff.run();
            made = new QmpSession(address, options, hello, wire());
            session.complete(made);
        } else if (message instanceof QmpMessage.ErrorReply error
                && (error.id().isEmpty() || error.id().equals(OURS))) {
            giveUp(failures.refused(error.desc()));
        }
    }

    private void giveUp(QmpException why) {
        if (failure == null && made == null) {
            failure = why;
            wire().closeSoon();
        }
    }

    @Override
    public void ended(@Nullable Throwable broken) {
        patienceOff.run();
        if (made != null) {
            made.ended(broken);
        } else {
            session.completeExceptionally(failure != null ? failure : failure(broken));
        }
    }

    private QmpException failure(@Nullable Throwable broken) {
        if (broken instanceof QmpProtocolException) {
            return failures.notQmp(String.valueOf(broken.getMessage()), broken);
        }
        if (probed && greeting == null) {
            return failures.closedAtProbe();
        }
        return failures.closed(greeting == null ? Phase.GREETING : Phase.NEGOTIATION, broken);
    }

    private Wire wire() {
        return Objects.requireNonNull(wire, "nothing is received before the wire is open");
    }
}
