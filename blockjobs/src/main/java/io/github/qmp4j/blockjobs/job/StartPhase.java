package io.github.qmp4j.blockjobs.job;

import java.util.EnumMap;
import java.util.Map;

/**
 * What is known of the job that a start command is to make. Until the command is answered, an end that is heard may be that of an earlier
 * job of the same id. {@link #after} is the whole table.
 */
enum StartPhase {
    /** The command is on its way, and nothing was heard. */
    SENT,
    /** The command is on its way, and an end was heard. */
    SENT_END_HEARD,
    /** QEMU has created the job, and the command is not answered yet. */
    CREATED,
    /** QEMU has created the job, and an end was heard before the answer. */
    CREATED_END_HEARD,
    /** QEMU has accepted the command; the creation of the job was not heard yet. */
    ACCEPTED,
    /** The command will not be answered, and nothing was heard of the job. */
    IN_DOUBT,
    /** QEMU has the job, or had it, and what is heard of its id is about it. */
    KNOWN;

    /** What can come, in any phase. */
    enum Signal {
        /** The event that a job of the id is created: what was heard before was about another. */
        CREATION,
        /** The reply: QEMU has accepted the command. */
        REPLY,
        /** The session is lost, or the time is over, before the reply came. */
        NO_REPLY,
        /** A job of the id has ended, or is gone. */
        END,
        /** QEMU lists the job, and no other one can have its id. */
        FOUND
    }

    private static final Map<StartPhase, Map<Signal, StartPhase>> TABLE = new EnumMap<>(StartPhase.class);

    static {
        // from, then for CREATION, REPLY, NO_REPLY, END, FOUND
        row(SENT, CREATED, ACCEPTED, IN_DOUBT, SENT_END_HEARD, KNOWN);
        row(SENT_END_HEARD, CREATED, ACCEPTED, IN_DOUBT, SENT_END_HEARD, KNOWN);
        row(CREATED, CREATED, KNOWN, KNOWN, CREATED_END_HEARD, KNOWN);
        row(CREATED_END_HEARD, CREATED, KNOWN, KNOWN, CREATED_END_HEARD, KNOWN);
        row(ACCEPTED, KNOWN, ACCEPTED, ACCEPTED, ACCEPTED, KNOWN);
        row(IN_DOUBT, KNOWN, ACCEPTED, IN_DOUBT, IN_DOUBT, KNOWN);
        row(KNOWN, KNOWN, KNOWN, KNOWN, KNOWN, KNOWN);
    }

    private static void row(StartPhase from, StartPhase... to) {
        Map<Signal, StartPhase> row = new EnumMap<>(Signal.class);
        int column = 0;
        for (Signal signal : Signal.values()) {
            row.put(signal, to[column++]);
        }
        TABLE.put(from, row);
    }

    StartPhase after(Signal signal) {
        return TABLE.getOrDefault(this, Map.of()).getOrDefault(signal, this);
    }

    /** Whether it is known what became of the command, so that an end that is heard is the job's. */
    boolean isAnswered() {
        return this == ACCEPTED || this == IN_DOUBT || this == KNOWN;
    }

    /** Whether QEMU has the job, or had it. */
    boolean isThere() {
        return this != SENT && this != SENT_END_HEARD && this != IN_DOUBT;
    }

    /** Whether its creation was heard, so that events of the id are about it. */
    boolean isHeard() {
        return isThere() && this != ACCEPTED;
    }

    /** Whether an end was heard that could not be believed yet. */
    boolean hasHeardAnEnd() {
        return this == SENT_END_HEARD || this == CREATED_END_HEARD;
    }
}
