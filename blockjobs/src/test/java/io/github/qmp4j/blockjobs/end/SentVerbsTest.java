package io.github.qmp4j.blockjobs.end;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What QEMU's answers to our verbs prove of the end of a job. */
class SentVerbsTest {
    private static final CompletableFuture<JsonNode> ACCEPTED =
            CompletableFuture.completedFuture(MissingNode.getInstance());
    private static final CompletableFuture<JsonNode> REFUSED = CompletableFuture.failedFuture(
            new QmpCommandException("job-complete", "GenericError", "The active block job cannot be completed"));
    private static final CompletableFuture<JsonNode> UNANSWERED =
            CompletableFuture.failedFuture(new QmpTimeoutException("job-complete", "no reply in time"));

    private final SentVerbs verbs = new SentVerbs();

    private void send(Asked verb, CompletableFuture<JsonNode> reply) {
        verbs.send(verb, () -> reply);
    }

    @Test
    void countNothingThatWasRefused() {
        assertThat(verbs.last()).isEqualTo(Asked.NOTHING);
        send(Asked.PIVOT, REFUSED);
        assertThat(verbs.last()).isEqualTo(Asked.NOTHING);
        assertThat(verbs.proved()).isEqualTo(Asked.NOTHING);
    }

    @Test
    void keepTheAcceptedVerbWhereALaterOneIsRefused() {
        send(Asked.FINISH, ACCEPTED);
        send(Asked.PIVOT, REFUSED);
        assertThat(verbs.last()).isEqualTo(Asked.FINISH);
        assertThat(verbs.proved()).isEqualTo(Asked.FINISH);
        send(Asked.CANCEL, REFUSED);
        assertThat(verbs.last()).isEqualTo(Asked.FINISH);
        assertThat(verbs.isAccepted(Asked.CANCEL)).isFalse();
    }

    @Test
    void countAVerbFromBeforeItIsSent() {
        verbs.send(Asked.PIVOT, () -> {
            assertThat(verbs.last()).isEqualTo(Asked.PIVOT);
            return ACCEPTED;
        });
        assertThat(verbs.proved()).isEqualTo(Asked.PIVOT);
    }

    @Test
    void proveNothingWhereTwoWaysWereAccepted() {
        send(Asked.FINISH, ACCEPTED);
        send(Asked.PIVOT, ACCEPTED);
        assertThat(verbs.proved()).isEqualTo(Asked.NOTHING);
        assertThat(verbs.last()).isEqualTo(Asked.PIVOT);
    }

    @Test
    void countNothingThatIsSentAfterTheEnd() {
        send(Asked.FINISH, ACCEPTED);
        assertThat(verbs.ended()).isCompleted();
        send(Asked.PIVOT, new CompletableFuture<>());
        assertThat(verbs.last()).isEqualTo(Asked.FINISH);
        assertThat(verbs.proved()).isEqualTo(Asked.FINISH);
        assertThat(verbs.ended()).isCompleted();
    }

    @Test
    void proveNothingBesideAVerbThatIsNotAnswered() {
        send(Asked.PIVOT, ACCEPTED);
        CompletableFuture<JsonNode> later = new CompletableFuture<>();
        send(Asked.FINISH, later);
        assertThat(verbs.ended()).isNotDone();
        assertThat(verbs.proved()).isEqualTo(Asked.NOTHING);
        later.completeExceptionally(
                new QmpCommandException("block-job-cancel", "GenericError", "the job is about to end"));
        assertThat(verbs.ended()).isCompleted();
        assertThat(verbs.proved()).isEqualTo(Asked.PIVOT);
    }

    @Test
    void proveNothingBesideAVerbInDoubt() {
        send(Asked.PIVOT, ACCEPTED);
        send(Asked.FINISH, UNANSWERED);
        assertThat(verbs.ended()).isCompleted();
        assertThat(verbs.proved()).isEqualTo(Asked.NOTHING);
        assertThat(verbs.last()).isEqualTo(Asked.FINISH);
    }

    @Test
    void proveAWayThatAnEarlierProcessMayHaveAskedForToo() {
        verbs.mayHaveSent(Asked.PIVOT);
        assertThat(verbs.last()).isEqualTo(Asked.PIVOT);
        assertThat(verbs.proved()).isEqualTo(Asked.NOTHING);
        send(Asked.PIVOT, ACCEPTED);
        assertThat(verbs.proved()).isEqualTo(Asked.PIVOT);
    }
}
