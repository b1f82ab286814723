package io.github.qmp4j;

import java.time.Duration;
import java.time.Instant;

/** The health of a session, as a query to QEMU shows it. */
public sealed interface QmpHealth {

    /**
     * QEMU answered.
     *
     * @param roundTrip from asking to the answer; of the question that was under way, where one was
     */
    record Responsive(Duration roundTrip) implements QmpHealth {}

    /**
     * The connection is open, and QEMU did not answer in time: its main loop is busy, for example with a slow disk or
     * with a command that takes long, or its process is stopped. It may go on at any time, and its guest may well be
     * running: this is not the end of the VM.
     *
     * @param since from when on QEMU has owed a reply and has sent nothing at all
     * @param commandsInFlight how many other commands wait for their replies
     */
    record Unresponsive(Instant since, int commandsInFlight) implements QmpHealth {}

    /**
     * The session is over. Only a new connection shows whether its QEMU has ended too.
     *
     * @param cause why it ended
     */
    record Dead(QmpException cause) implements QmpHealth {}
}
