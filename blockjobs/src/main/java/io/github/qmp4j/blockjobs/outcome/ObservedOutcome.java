package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.file.HeadFile;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.header.HeaderNames;
import io.github.qmp4j.blockjobs.header.HeaderProof;
import io.github.qmp4j.blockjobs.plan.NewHeader;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Decides the outcome of an attached job. Its request is unknown, so the facts are its own result and what
 * has changed in the graph since.
 *
 * @param before the graph when we met it
 * @param ended whether it had already ended then
 * @param hasGuest whether this QEMU can have guest devices, so that a disk without one may have lost it
 */
public record ObservedOutcome(JobType type, Graph before, boolean ended, boolean hasGuest) implements OutcomeRule {

    /** Of a job that is met now. */
    public static CompletableFuture<OutcomeRule> of(JobContext context, JobType type, Graph before, boolean ended) {
        return context.client()
                .schema()
                .thenApply(schema -> new ObservedOutcome(type, before, ended, schema.has("device_add")));
    }

    @Override
    public boolean neverReady() {
        return type == JobType.PULL || type == JobType.BACKUP;
    }

    @Override
    public boolean mayWait() {
        return type == JobType.COMMIT || type == JobType.PULL;
    }

    /** Which node it wrote to is not known, so all that it can have written to. */
    @Override
    public List<String> written(JobId job) {
        List<Disk> known = disks(job);
        return (known.isEmpty() ? before.disks() : known)
                .stream()
                        .filter(disk -> mayWait())
                        .flatMap(disk -> disk.chain().nodes().stream())
                        .filter(node -> !node.isFilter())
                        .flatMap(node -> node.nodeName().stream())
                        .distinct()
                        .toList();
    }

    /** It is not known which shape the job was planned on. */
    @Override
    public Optional<String> misfit(Graph now) {
        return Optional.empty();
    }

    /** Which headers these are the graph shows; what they are to name it does not. The files must be at their paths too. */
    @Override
    public CompletableFuture<Void> proveHeader(JobContext context, JobId job, Graph now) {
        CompletableFuture<Void> proved = HeadFile.requireThere(context, now.writtenBy(job, type));
        for (BlockNode image : now.rewrittenBy(job, type)) {
            NewHeader header = NewHeader.of(job, image);
            proved = proved.thenCompose(before -> {
                header.requireFormat();
                return HeaderProof.beforeFinalize(context, header, now);
            });
        }
        return proved;
    }

    /** A header that names its backing node already is right; another one is to name that. */
    @Override
    public CompletableFuture<Boolean> mendHeader(JobContext context, JobId job, Graph after) {
        CompletableFuture<Boolean> mended = CompletableFuture.completedFuture(false);
        for (BlockNode image : before.rewrittenBy(job, type)) {
            Optional<NewHeader> header = after.current(image).flatMap(now -> HeaderNames.rightName(now, after)
                    .map(name -> new NewHeader(now, name, "job " + job)));
            if (header.isPresent()) {
                mended = mended.thenCompose(earlier ->
                        HeaderProof.mend(context, header.get(), after).thenApply(written -> written || earlier));
            }
        }
        return mended;
    }

    @Override
    public JobOutcome decide(EndFacts facts) {
        List<Disk> disks = disks(facts.job());
        Head head = facts.after().map(after -> head(disks, after, facts)).orElse(Head.UNKNOWN);
        return new JobOutcome(
                facts.job(),
                end(facts, head),
                head,
                facts.progress(),
                facts.result() == EndFacts.Result.SUCCEEDED
                        ? facts.after().map(after -> released(disks, after)).orElse(List.of())
                        : List.of(),
                List.of(),
                List.of());
    }

    private End end(EndFacts facts, Head head) {
        return switch (facts.result()) {
            case UNKNOWN -> new End.Unknown(facts.doubt());
            case FAILED -> new End.Failed(facts.error().orElse("QEMU gave no reason"));
            case CANCELLED -> new End.Cancelled();
            case SUCCEEDED -> {
                if (facts.after().isEmpty()) {
                    yield new End.Unknown("QEMU reports success, but the graph could not be checked: " + facts.doubt());
                }
                if (facts.givenUp().isPresent() && head != Head.TARGET) {
                    yield new End.Failed(facts.givenUp().get());
                }
                yield facts.asked() == EndFacts.Asked.PIVOT ? pivoted(head) : new End.Completed();
            }
        };
    }

    private static End pivoted(Head head) {
        return switch (head) {
            case SOURCE -> new End.Failed("QEMU reports success, but no disk has been switched");
            case TARGET -> new End.Completed();
            case UNKNOWN -> new End.Unknown("QEMU reports success, but nothing shows whether it switched the disk");
        };
    }

    /** The disks that the job is on: by the nodes that it held, and for one that had ended by its job-id. */
    private List<Disk> disks(JobId job) {
        Set<String> nodes = before.workedOnBy(job);
        List<Disk> worked = before.disks().stream()
                .filter(disk -> ownChain(disk).stream()
                        .anyMatch(
                                node -> node.nodeName().filter(nodes::contains).isPresent()))
                .toList();
        if (!worked.isEmpty()) {
            return worked;
        }
        List<Disk> named = before.disks().stream()
                .filter(disk -> JobIds.isFor(job, disk.name())
                        || disk.device().filter(job.value()::equals).isPresent())
                .toList();
        return named.isEmpty() ? before.disks() : named;
    }

    /** What a disk without a guest device shares with one that has it is the latter's. */
    private List<BlockNode> ownChain(Disk disk) {
        return disk.chain().nodes().stream()
                .filter(node -> disk.isPluggedIn()
                        || before.disks().stream()
                                .filter(Disk::isPluggedIn)
                                .flatMap(other -> other.chain().nodes().stream())
                                .noneMatch(node::isSameImage))
                .toList();
    }

    private Head head(List<Disk> disks, Graph after, EndFacts facts) {
        if (neverReady()) {
            return Head.SOURCE;
        }
        if (facts.result() == EndFacts.Result.CANCELLED) {
            return Head.SOURCE;
        }
        if (ended || disks.isEmpty()) {
            return Head.UNKNOWN;
        }
        if (disks.size() == 1
                && !disks.get(0).isPluggedIn()
                && disks.get(0).exports().isEmpty()) {
            return hasGuest ? Head.UNKNOWN : byVerb(facts);
        }
        if (disks.stream().allMatch(disk -> isOnSource(disk, after))) {
            return Head.SOURCE;
        }
        // Of several disks another one may have been switched, by a job of its own.
        return disks.size() == 1 && now(disks.get(0), after).isPresent() ? Head.TARGET : Head.UNKNOWN;
    }

    /** Nothing is above the disk that a pivot could be seen by, and nothing ever was, as for all disks of a storage daemon. */
    private static Head byVerb(EndFacts facts) {
        return switch (facts.result()) {
            case UNKNOWN, FAILED, CANCELLED -> Head.UNKNOWN;
            case SUCCEEDED ->
                switch (facts.granted()) {
                    case PIVOT -> Head.TARGET;
                    case FINISH -> Head.SOURCE;
                    case NOTHING, CANCEL, FINALIZE -> Head.UNKNOWN;
                };
        };
    }

    /** Its old active layer is still in the chain; another client may have put a snapshot on top. */
    private static boolean isOnSource(Disk disk, Graph after) {
        BlockNode source = disk.chain().activeImage();
        boolean seen = disk.isPluggedIn() || !disk.exports().isEmpty();
        return seen
                && now(disk, after)
                        .filter(chain -> chain.nodes().stream().anyMatch(source::isSameImage))
                        .isPresent();
    }

    /** The chain that the guest device, or the exports, of a disk are on. */
    private static Optional<BlockChain> now(Disk disk, Graph after) {
        return disk.isPluggedIn() || disk.exports().isEmpty()
                ? after.same(disk).map(Disk::chain)
                : after.exported(disk).flatMap(after::chainOf);
    }

    private static List<BlockNode> released(List<Disk> disks, Graph after) {
        List<BlockNode> dropped = new ArrayList<>();
        for (Disk disk : disks) {
            now(disk, after).ifPresent(chain -> disk.chain().nodes().stream()
                    .filter(node -> chain.nodes().stream().noneMatch(node::isSameImage))
                    .forEach(dropped::add));
        }
        return after.unused(dropped);
    }
}
