package io.github.qmp4j.blockjobs.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps jobs away from images that belong to another QEMU because the guest is being migrated.
 *
 * <p>QEMU gives its images up at the end of a migration, and takes them back when the guest goes on here. In between it dies of the first
 * write to a header. A pull goes on in between too, and since QEMU 7.2 it counts as done what it can no longer write; so its success says
 * nothing of the data. A storage daemon has no guest, and none of these commands.
 */
public final class Migrations {
    /** The states of the run in which the images are not this QEMU's. */
    private static final Set<String> AWAY = Set.of("inmigrate", "finish-migrate", "postmigrate");

    private final QmpClient client;
    /** What QEMU said of its last migration before the job; empty where nothing was asked yet. */
    private volatile Optional<JsonNode> before = Optional.empty();

    public Migrations(QmpClient client) {
        this.client = client;
    }

    /** Fails with {@link BlockJobException} where QEMU has given its images up, or has not got them yet. */
    public static CompletableFuture<Void> requireImages(QmpClient client) {
        return asked(client, "query-status").thenAccept(run -> {
            String status = run.path("status").asText();
            if (AWAY.contains(status)) {
                throw new BlockJobException(
                        "the guest is being migrated or has been (%s), so its images belong to another QEMU now; send cont first if the guest is to go on here"
                                .formatted(status));
            }
        });
    }

    /** The same before a pivot, which goes on where QEMU could not be asked: the verb itself meets the same trouble. */
    public static CompletableFuture<Void> requireImagesIfTold(QmpClient client) {
        return requireImages(client).exceptionallyCompose(failure -> {
            Throwable cause = Futures.cause(failure);
            return cause instanceof BlockJobException
                    ? CompletableFuture.failedFuture(cause)
                    : CompletableFuture.completedFuture(null);
        });
    }

    /**
     * Keeps what QEMU says of its last migration, or of the last {@code savevm}, which is one to QEMU. Never fails: where QEMU does not
     * answer, each later answer counts as another one.
     */
    public CompletableFuture<Void> see() {
        return asked(client, "query-migrate")
                .exceptionally(failure -> MissingNode.getInstance())
                .thenAccept(last -> before = Optional.of(last));
    }

    /**
     * Fails with {@link BlockJobException} if a pull or an intermediate commit has run beside a migration since {@link #see()}. A copy
     * and an active commit end with QEMU, or know what they lack.
     */
    public CompletableFuture<Void> requireNone(JobPlan plan) {
        if (plan.becomesReady()) {
            return CompletableFuture.completedFuture(null);
        }
        return asked(client, "query-migrate").thenAccept(now -> {
            if (before.filter(seen -> !seen.equals(now)).isPresent()) {
                throw new BlockJobException(
                        "the guest was migrated or saved while the job ran (%s), and QEMU may have lost what the job had moved, or damaged the image; hold it against qemu-img check before it is used again"
                                .formatted(now.path("status").asText("its end is not known")));
            }
        });
    }

    private static CompletableFuture<JsonNode> asked(QmpClient client, String command) {
        return client.execute(QmpCommand.of(command)).exceptionallyCompose(failure -> {
            boolean isUnknown = Futures.cause(failure) instanceof QmpCommandException refusal
                    && refusal.errorClass().equals("CommandNotFound");
            return isUnknown
                    ? CompletableFuture.completedFuture(NullNode.getInstance())
                    : CompletableFuture.failedFuture(Futures.cause(failure));
        });
    }
}
