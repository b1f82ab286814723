package io.github.qmp4j.blockjobs.job;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A job's life from the command that starts it to the decision on its outcome; {@link #on} is the whole table. QEMU reuses a job-id at
 * once. So an end of this id may be that of an earlier job until the command is answered, and that of a later one after the job's own end.
 * What QEMU's job statuses show in between is in {@link JobState}.
 */
enum JobPhase {
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
    /** QEMU has the job, and events of its id are about it. */
    KNOWN,
    /** The job has ended; its result and the graph are being read. Events of its id are about it. */
    READING,
    /** The same, where events of its id may be about another job. */
    READING_DEAF,
    /** Nothing shows that QEMU ever had the job; the graph is being read. */
    READING_UNSEEN,
    /** The outcome is decided. */
    DECIDED,
    /** The outcome is decided of a job of which nothing shows that QEMU ever had it. */
    DECIDED_UNSEEN;

    /** What can come, in any phase. */
    enum Signal {
        /** The event that a job of the id is created. */
        CREATION,
        /** QEMU has accepted the command. */
        REPLY,
        /** The session is lost, or the time is over, before the reply came. */
        NO_REPLY,
        /** QEMU lists the job, and no other one can have its id. */
        FOUND,
        /** A job of the id has ended, or is gone. */
        END,
        /** Nothing more can be found out. */
        LOST,
        /** The outcome is decided, here or by an earlier process. */
        OUTCOME
    }

    /** What a signal asks for. */
    enum Action {
        NONE,
        /** Forget the end that was heard, since it was another job's. */
        FORGET,
        /** Ask QEMU where the job stands. */
        ASK,
        /** Read the job's result and the graph. */
        READ,
        /** Decide by what is known. */
        DECIDE
    }

    /** A cell of the table. */
    record Step(JobPhase next, Action action) {}

    /** A row for each phase, a column for each signal. */
    private static final String TABLE = """
            sent              created+forget  accepted      in_doubt+ask  known         sent_end_heard     reading_unseen+decide decided_unseen
            sent_end_heard    created+forget  accepted+ask  in_doubt+ask  known         sent_end_heard     reading_unseen+decide decided_unseen
            created           created+forget  known         known+ask     known         created_end_heard  reading+decide        decided
            created_end_heard created+forget  known+ask     known+ask     known         created_end_heard  reading+decide        decided
            accepted          known+forget    accepted      accepted+ask  known         reading_deaf+read  reading_deaf+decide   decided
            in_doubt          known+forget    accepted      in_doubt+ask  known         reading_unseen+read reading_unseen+decide decided_unseen
            known             known+forget    known         known+ask     known         reading+read       reading+decide        decided
            reading           reading_deaf    reading       reading       reading       reading            reading+decide        decided
            reading_deaf      reading_deaf    reading_deaf  reading_deaf  reading_deaf  reading_deaf       reading_deaf+decide   decided
            reading_unseen    reading+forget  reading_deaf  reading_unseen reading      reading_unseen     reading_unseen+decide decided_unseen
            decided           decided         decided       decided       decided       decided            decided               decided
            decided_unseen    decided_unseen  decided_unseen decided_unseen decided_unseen decided_unseen  decided_unseen        decided_unseen
            """;

    private static final Map<JobPhase, Map<Signal, Step>> STEPS = parsed();

    private static Map<JobPhase, Map<Signal, Step>> parsed() {
        Map<JobPhase, Map<Signal, Step>> steps = new EnumMap<>(JobPhase.class);
        TABLE.lines().map(line -> line.toUpperCase(Locale.ROOT)).forEach(line -> {
            List<String> cells = List.of(line.split(" +"));
            Map<Signal, Step> row = new EnumMap<>(Signal.class);
            for (Signal signal : Signal.values()) {
                List<String> words = List.of(cells.get(row.size() + 1).split("\\+"));
                Action action = words.size() > 1 ? Action.valueOf(words.get(1)) : Action.NONE;
                row.put(signal, new Step(valueOf(words.get(0)), action));
            }
            steps.put(valueOf(cells.get(0)), row);
        });
        return steps;
    }

    Step on(Signal signal) {
        return STEPS.getOrDefault(this, Map.of()).getOrDefault(signal, new Step(this, Action.NONE));
    }

    /** Whether QEMU has the job, or had it. */
    boolean isThere() {
        return switch (this) {
            case SENT, SENT_END_HEARD, IN_DOUBT, READING_UNSEEN, DECIDED_UNSEEN -> false;
            case CREATED, CREATED_END_HEARD, ACCEPTED, KNOWN, READING, READING_DEAF, DECIDED -> true;
        };
    }

    /** Whether events of the id are about the job. */
    boolean isHeard() {
        return switch (this) {
            case CREATED, CREATED_END_HEARD, KNOWN, READING -> true;
            case SENT, SENT_END_HEARD, ACCEPTED, IN_DOUBT, READING_DEAF, READING_UNSEEN, DECIDED, DECIDED_UNSEEN ->
                false;
        };
    }

    /** Whether the job has ended, as far as this side knows. */
    boolean isOver() {
        return switch (this) {
            case READING, READING_DEAF, READING_UNSEEN, DECIDED, DECIDED_UNSEEN -> true;
            case SENT, SENT_END_HEARD, CREATED, CREATED_END_HEARD, ACCEPTED, IN_DOUBT, KNOWN -> false;
        };
    }

    boolean isDecided() {
        return this == DECIDED || this == DECIDED_UNSEEN;
    }
}
