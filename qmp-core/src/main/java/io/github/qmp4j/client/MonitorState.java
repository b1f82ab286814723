package io.github.qmp4j.client;

import io.github.qmp4j.QmpException;
import java.time.Instant;

/** The state of a {@link QmpSupervisor}'s connection to its monitor. */
public sealed interface MonitorState {

    /** There is a session. The client may have ended by the time that this is read; the next state tells then. */
    record Connected(QmpClient client) implements MonitorState {}

    /**
     * There is no session.
     *
     * @param cause why the last one ended, or could not be had; before the first attempt, that there has been none
     * @param nextTry when the next attempt starts; it is under way when this has passed
     */
    record Lost(QmpException cause, Instant nextTry) implements MonitorState {}

    /**
     * There is no session, and no other try will be made: this program cannot connect at all, for example because a class that it
     * needs is missing or too old. Only {@link Closed} comes after this.
     *
     * @param cause what is wrong; its own cause is the {@code Error}
     */
    record Failed(QmpException cause) implements MonitorState {}

    /** The supervisor is closed; nothing comes after this. */
    record Closed() implements MonitorState {}
}
