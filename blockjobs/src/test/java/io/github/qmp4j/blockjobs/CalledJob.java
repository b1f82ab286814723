package io.github.qmp4j.blockjobs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What is asked of a disk in {@link RandomCallsTest}, and what its chain must be when that has been done.
 *
 * @param after the files of the chain when the job has completed, with the pivot where there can be one
 * @param newFile the file that a copy makes
 */
record CalledJob(Kind kind, BlockJobRequest request, List<Path> after, Optional<Path> newFile) {
    private static final long SLOWEST = 1 << 20;

    /** The kinds of jobs. */
    enum Kind {
        PULL,
        PULL_TO_A_BASE,
        PULL_INTO_THE_MIDDLE,
        COMMIT_BELOW,
        COMMIT,
        COMMIT_ONE,
        COPY,
        COPY_TOP;

        boolean becomesReady() {
            return compareTo(COMMIT) >= 0;
        }
    }

    /** A job that this chain allows. */
    static CalledJob any(CalledDisk disk, List<Path> chain, Random random, boolean pivots) {
        List<Kind> kinds = new ArrayList<>(List.of(Kind.COMMIT, Kind.COMMIT_ONE, Kind.COPY, Kind.COPY_TOP));
        if (!pivots) {
            kinds.add(Kind.PULL);
            if (chain.size() > 2) {
                kinds.addAll(List.of(Kind.PULL_TO_A_BASE, Kind.PULL_INTO_THE_MIDDLE, Kind.COMMIT_BELOW));
            }
        }
        return of(kinds.get(random.nextInt(kinds.size())), disk, chain, random, pivots);
    }

    /** One that needs the disk for itself. */
    static CalledJob alone(CalledDisk disk, List<Path> chain, Random random) {
        return of(Kind.COPY, disk, chain, random, false);
    }

    private static CalledJob of(Kind kind, CalledDisk disk, List<Path> chain, Random random, boolean pivots) {
        int lowest = chain.size() - 1;
        boolean manual = !kind.becomesReady() && random.nextInt(4) == 0;
        JobSettings paced =
                JobSettings.defaults().withSpeed(random.nextInt(3) == 0 ? 0 : SLOWEST + random.nextLong(4 * SLOWEST));
        JobSettings settings = manual ? paced.withManualFinalize(true) : paced;
        WhenReady then =
                pivots ? WhenReady.PIVOT : List.of(WhenReady.values()).get(random.nextInt(WhenReady.values().length));
        PullRequest pull = PullRequest.of(disk.name).withSettings(settings);
        CommitRequest commit = CommitRequest.of(disk.name).withSettings(settings);
        switch (kind) {
            case PULL -> {
                return new CalledJob(kind, pull, chain.subList(0, 1), Optional.empty());
            }
            case PULL_TO_A_BASE -> {
                int base = 2 + random.nextInt(lowest - 1);
                return new CalledJob(kind, pull.withBase(name(chain, base)), without(chain, 1, base), Optional.empty());
            }
            case PULL_INTO_THE_MIDDLE -> {
                int top = 1 + random.nextInt(lowest - 1);
                return new CalledJob(
                        kind, pull.withInto(name(chain, top)), chain.subList(0, top + 1), Optional.empty());
            }
            case COMMIT_BELOW -> {
                int top = 1 + random.nextInt(lowest - 1);
                int base = top + 1 + random.nextInt(lowest - top);
                return new CalledJob(
                        kind,
                        commit.withTop(name(chain, top)).withBase(name(chain, base)),
                        without(chain, top, base),
                        Optional.empty());
            }
            case COMMIT -> {
                int base = 1 + random.nextInt(lowest);
                return new CalledJob(
                        kind,
                        commit.withBase(name(chain, base)).withWhenReady(then),
                        chain.subList(base, chain.size()),
                        Optional.empty());
            }
            case COMMIT_ONE -> {
                return new CalledJob(
                        kind,
                        commit.withShallow(true).withWhenReady(then),
                        chain.subList(1, chain.size()),
                        Optional.empty());
            }
            case COPY, COPY_TOP -> {
                Path target = disk.newImage();
                CopyRequest copy = CopyRequest.of(disk.name, target.toString(), "qcow2")
                        .withSettings(settings)
                        .withWhenReady(then);
                CopyRequest paceful = random.nextBoolean() ? copy.withSynchronousWrites(true) : copy;
                List<Path> after = new ArrayList<>(List.of(target));
                if (kind == Kind.COPY_TOP) {
                    after.addAll(chain.subList(1, chain.size()));
                    return new CalledJob(kind, paceful.withExtent(CopyExtent.TOP), after, Optional.of(target));
                }
                CopyEngine engine = List.of(CopyEngine.values()).get(random.nextInt(CopyEngine.values().length));
                return new CalledJob(kind, paceful.withEngine(engine), after, Optional.of(target));
            }
        }
        throw new AssertionError(kind);
    }

    private static String name(List<Path> chain, int place) {
        return chain.get(place).toString();
    }

    private static List<Path> without(List<Path> chain, int from, int to) {
        List<Path> rest = new ArrayList<>(chain.subList(0, from));
        rest.addAll(chain.subList(to, chain.size()));
        return rest;
    }
}
