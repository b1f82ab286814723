package io.github.qmp4j.examples.watch;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Jobs that an earlier qmpctl started, that have ended since, and that nobody has dismissed: they hold the chain.
 *
 * <p>They are known by the job-ids that the library makes: kind, disk, and six random digits.
 */
public final class AbandonedJobs {
    private static final Pattern OWN_ID = Pattern.compile("(?:pull|commit|copy)-(.+)-[0-9a-z]{6}");
    private static final int LONGEST_DISK = 17;

    private final BlockJobs jobs;
    private final Consumer<String> say;

    public AbandonedJobs(BlockJobs jobs, Consumer<String> say) {
        this.jobs = jobs;
        this.say = say;
    }

    /** Dismisses those of these disks; completes when it is done, and fails when QEMU cannot be asked. */
    public CompletableFuture<Void> collect(List<String> disks) {
        return jobs.list().thenCompose(all -> {
            List<JobId> concluded = all.stream()
                    .filter(info -> info.status() == JobStatus.CONCLUDED)
                    .map(JobInfo::id)
                    .filter(id -> OWN_ID.matcher(id.value()).matches())
                    .toList();
            return concluded.isEmpty() ? nothing() : collect(concluded, disks);
        });
    }

    private CompletableFuture<Void> collect(List<JobId> concluded, List<String> disks) {
        return jobs.disks().thenCompose(known -> {
            Set<String> names = new HashSet<>(disks);
            known.stream()
                    .map(AbandonedJobs::aliases)
                    .filter(aliases -> disks.stream().anyMatch(aliases::contains))
                    .forEach(names::addAll);
            return CompletableFuture.allOf(concluded.stream()
                    .filter(id -> names.stream().anyMatch(name -> isFor(id, name)))
                    .map(id -> collect(id))
                    .toArray(CompletableFuture<?>[]::new));
        });
    }

    private CompletableFuture<Void> collect(JobId id) {
        return jobs.adopt(id).thenCompose(job -> job.isEmpty() ? nothing() : collect(job.get()));
    }

    private CompletableFuture<Void> collect(BlockJob job) {
        return job.outcome()
                .thenAccept(
                        ended -> say.accept("collected %s of an earlier qmpctl: %s".formatted(job.id(), word(ended))));
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    private static String word(JobOutcome outcome) {
        JobOutcome.End end = outcome.end();
        return end instanceof JobOutcome.End.Failed failed
                ? "failed: " + failed.error()
                : end.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static Set<String> aliases(Disk disk) {
        Set<String> aliases = new HashSet<>();
        aliases.add(disk.name());
        disk.device().ifPresent(aliases::add);
        disk.qdev().ifPresent(aliases::add);
        disk.qdevId().ifPresent(aliases::add);
        disk.chain().activeLayer().nodeName().ifPresent(aliases::add);
        aliases.add(disk.chain().activeLayer().file());
        return aliases;
    }

    /** The library keeps the end of a long name. */
    private static boolean isFor(JobId id, String disk) {
        Matcher matcher = OWN_ID.matcher(id.value());
        String sanitised = disk.replaceAll("[^A-Za-z0-9._-]", "_");
        return matcher.matches()
                && sanitised.endsWith(matcher.group(1))
                && (sanitised.length() == matcher.group(1).length()
                        || matcher.group(1).length() >= LONGEST_DISK);
    }
}
