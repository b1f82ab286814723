package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.JobOutcome.End.Cancelled;
import io.github.qmp4j.blockjobs.JobOutcome.End.Completed;
import io.github.qmp4j.blockjobs.JobOutcome.End.Failed;
import io.github.qmp4j.blockjobs.JobOutcome.End.Unknown;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.Story.Kind;
import java.util.List;
import java.util.stream.Stream;

/** What can become of a job of each kind, from QEMU's state machine. */
final class Stories {
    private static final String ENDED = " COMPLETED concluded";
    private static final String READY = "created running ready READY";

    private Stories() {}

    static List<Story> all() {
        return Stream.concat(
                        Stream.of(Kind.PULL, Kind.INTERMEDIATE).flatMap(Stories::endingByItself),
                        Stream.of(Kind.ACTIVE, Kind.COPY).flatMap(Stories::becomingReady))
                .toList();
    }

    private static Stream<Story> endingByItself(Kind kind) {
        return Stream.of(
                Story.of("succeeds", kind, "created running waiting pending switched" + ENDED)
                        .endsAs(Head.SOURCE, Completed.class),
                Story.of("says that it succeeded, but did not", kind, "created running waiting pending" + ENDED)
                        .endsAs(Head.SOURCE, Unknown.class),
                Story.of("fails on its way", kind, "created running ERROR aborting FAILED concluded-failed")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of("fails at its end", kind, "created running waiting pending aborting FAILED concluded-failed")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of(
                                "fails when the graph is changed already",
                                kind,
                                "created running waiting pending switched aborting FAILED concluded-failed")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of("is cancelled", kind, "created running cancel aborting CANCELLED concluded-cancelled")
                        .asking("cancel")
                        .endsAs(Head.SOURCE, Cancelled.class),
                Story.of("is cancelled by another", kind, "created running aborting CANCELLED concluded-cancelled")
                        .endsAs(Head.SOURCE, Cancelled.class),
                Story.of("is cancelled too late", kind, "created running waiting pending switched" + ENDED)
                        .askingTooLate("cancel")
                        .endsAs(Head.SOURCE, Completed.class),
                Story.of(
                                "stops on an error and goes on",
                                kind,
                                "created running STOP paused see resume running~2 waiting pending switched" + ENDED)
                        .endsAs(Head.SOURCE, Completed.class),
                Story.of(
                                "stops on an error while it is drained",
                                kind,
                                "created running paused STOP see resume running~2 waiting pending switched" + ENDED)
                        .endsAs(Head.SOURCE, Completed.class));
    }

    private static Stream<Story> becomingReady(Kind kind) {
        return Stream.of(
                Story.of("pivots", kind, READY + " complete waiting pending switched" + ENDED)
                        .asking("complete")
                        .endsAs(Head.TARGET, Completed.class),
                Story.of("finishes", kind, READY + " finish waiting pending" + ENDED)
                        .asking("finish")
                        .endsAs(Head.SOURCE, Completed.class),
                Story.of("is cancelled", kind, "created running cancel aborting CANCELLED concluded-cancelled")
                        .asking("cancel")
                        .endsAs(Head.SOURCE, Cancelled.class),
                Story.of("is cancelled when ready", kind, READY + " cancel aborting CANCELLED concluded-cancelled")
                        .asking("cancel")
                        .endsAs(Head.SOURCE, Cancelled.class),
                Story.of("fails on its way", kind, "created running ERROR aborting FAILED concluded-failed")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of("fails when ready", kind, READY + " ERROR aborting FAILED concluded-failed")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of("cannot pivot", kind, READY + " complete waiting pending aborting FAILED concluded-failed")
                        .asking("complete")
                        .endsAs(Head.SOURCE, Failed.class),
                Story.of(
                                "fails, but has pivoted",
                                kind,
                                READY + " complete waiting pending switched aborting FAILED concluded-failed")
                        .asking("complete")
                        .endsAs(Head.TARGET, Failed.class),
                Story.of("is finished by another before it pivots", kind, READY + " waiting pending" + ENDED)
                        .askingTooLate("complete")
                        .endsAs(Head.SOURCE, Completed.class),
                Story.of("is pivoted by another", kind, READY + " waiting pending switched" + ENDED)
                        .endsAs(Head.TARGET, Completed.class),
                Story.of("is pivoted by another before it finishes", kind, READY + " waiting pending switched" + ENDED)
                        .askingTooLate("finish")
                        .endsAs(Head.TARGET, Completed.class),
                Story.of(
                                "is pivoted by another before it is cancelled",
                                kind,
                                READY + " waiting pending switched" + ENDED)
                        .askingTooLate("cancel")
                        .endsAs(Head.TARGET, Completed.class),
                Story.of(
                                "is cancelled by another before it pivots",
                                kind,
                                READY + " aborting CANCELLED concluded-cancelled")
                        .askingTooLate("complete")
                        .endsAs(Head.SOURCE, Cancelled.class),
                Story.of(
                                "stops on an error when it pivots and goes on",
                                kind,
                                READY + " complete STOP standby see resume ready~2 waiting pending switched" + ENDED)
                        .asking("complete")
                        .endsAs(Head.TARGET, Completed.class),
                Story.of(
                                "stops on an error and is cancelled",
                                kind,
                                "created running STOP paused see cancel running~2 aborting CANCELLED concluded-cancelled")
                        .asking("cancel")
                        .endsAs(Head.SOURCE, Cancelled.class));
    }
}
