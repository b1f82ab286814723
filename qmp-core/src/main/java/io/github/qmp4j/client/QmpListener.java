package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import java.util.concurrent.CompletableFuture;

/**
 * An address at which QEMU connects to us, as with {@code -chardev socket,server=off,reconnect=1}. Safe for use by any
 * thread.
 *
 * <p>Peers are greeted as they come; up to 16 that are not asked for yet are kept. What comes beyond waits unanswered in the
 * socket's queue until one of them is asked for or ends. A peer with which no session comes about is logged, and not told to
 * {@link #accept()}. A QEMU whose session ends connects again and is another session.
 */
public interface QmpListener extends AutoCloseable {

    /** The address that this listens at. */
    QmpAddress address();

    /**
     * The next negotiated session; each call gets one of its own, in the order of the calls. A session belongs to who got
     * it, and outlives this listener. A caller that gives up by cancelling leaves the session to the next one.
     *
     * @return fails with {@link io.github.qmp4j.QmpException} when this is closed; waits without limit for a QEMU
     */
    CompletableFuture<QmpClient> accept();

    /**
     * Stops listening, removes the socket file unless another server's is in its place, ends the sessions that no call has accepted, and fails what waits in
     * {@link #accept()}. Does nothing the second time.
     */
    @Override
    void close();
}
