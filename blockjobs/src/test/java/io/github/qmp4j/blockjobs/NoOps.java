package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.RawMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Jobs that have nothing to do, one after another on one disk. */
abstract class NoOps {
    private final TestVm vm;
    private final String disk;
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger lastUpdates = new AtomicInteger();
    private int done;
    private int tries;

    private NoOps(TestVm vm, String disk) {
        this.vm = vm;
        this.disk = disk;
    }

    /** A disk for each kind of job. */
    static void nodes(Nodes nodes) {
        nodes.empty("pulled", null);
        nodes.empty("below", null);
        nodes.empty("even", "below");
        nodes.empty("odd", "even");
        nodes.empty("lower", null);
        nodes.empty("upper", "lower");
        nodes.emptyRaw("copied");
        nodes.disk("pulls", "pulled");
        nodes.disk("commits", "odd");
        nodes.disk("pivots", "upper");
        nodes.disk("copies", "copied");
    }

    static List<NoOps> all(TestVm vm) {
        return List.of(new Pulls(vm), new Commits(vm), new Cancels(vm), new Copies(vm));
    }

    abstract BlockJobRequest request(int number);

    /** Brings the job to its end, and says what it must end as. */
    abstract CompletableFuture<JobOutcome> end(BlockJob job, int number);

    abstract Class<? extends End> expected(int number);

    abstract void prepareTheNext(int number);

    void run(int jobs) {
        int before = done;
        for (int i = 0; i < jobs; i++, done++) {
            runOne(done);
        }
        assertThat(told.get() - before).as("outcomes told on %s", disk).isEqualTo(jobs);
        assertThat(lastUpdates.get() - before).as("last updates on %s", disk).isEqualTo(jobs);
    }

    private void runOne(int number) {
        BlockJob job = started(request(number));
        CompletableFuture<JobOutcome> outcome = job.outcome();
        CompletableFuture<Void> tells = outcome.thenRun(told::incrementAndGet);
        CompletableFuture<Void> updates = job.onUpdate(info -> {
                    if (info.status() == JobStatus.CONCLUDED) {
                        lastUpdates.incrementAndGet();
                    }
                })
                .ended();
        JobOutcome ended = TestVm.get(end(job, number));
        assertThat(ended.end()).as("%s", ended).isInstanceOf(expected(number));
        assertThat(ended.leftovers())
                .noneMatch(left -> left.kind() == Leftover.Kind.JOB || left.kind() == Leftover.Kind.NODE);
        TestVm.get(tells);
        TestVm.get(updates);
        assertThat(TestVm.get(job.outcome())).isSameAs(TestVm.get(outcome));
        prepareTheNext(number);
    }

    /** Before QEMU 10.0 the nodes cannot be listed while a pull exists, and the start says so. */
    private BlockJob started(BlockJobRequest request) {
        while (true) {
            tries++;
            try {
                return vm.jobs.start(request).get(3, TimeUnit.MINUTES);
            } catch (ExecutionException e) {
                if (!String.valueOf(e.getCause()).contains("try again when that is over")) {
                    throw new AssertionError("on " + disk + ", job " + done, e);
                }
            } catch (Exception e) {
                throw new AssertionError("on " + disk + ", job " + done, e);
            }
        }
    }

    @Override
    public String toString() {
        return disk + " " + done + " in " + tries + " tries";
    }

    /** Of a disk that has no backing node. */
    private static final class Pulls extends NoOps {
        Pulls(TestVm vm) {
            super(vm, "pulls");
        }

        @Override
        BlockJobRequest request(int number) {
            return PullRequest.of("pulls");
        }

        @Override
        CompletableFuture<JobOutcome> end(BlockJob job, int number) {
            return job.outcome();
        }

        @Override
        Class<? extends End> expected(int number) {
            return End.Completed.class;
        }

        @Override
        void prepareTheNext(int number) {}
    }

    /** Of an empty layer below another one, which is then put on top again. */
    private static final class Commits extends NoOps {
        private final TestVm vm;

        Commits(TestVm vm) {
            super(vm, "commits");
            this.vm = vm;
        }

        private static String middle(int number) {
            return number % 2 == 0 ? "even" : "odd";
        }

        @Override
        BlockJobRequest request(int number) {
            return CommitRequest.of("commits").withTop(middle(number)).withShallow(true);
        }

        @Override
        CompletableFuture<JobOutcome> end(BlockJob job, int number) {
            return job.outcome();
        }

        @Override
        Class<? extends End> expected(int number) {
            return End.Completed.class;
        }

        @Override
        void prepareTheNext(int number) {
            String dropped = middle(number);
            try (RawMonitor monitor = RawMonitor.connect(vm.path("third.sock"), Duration.ofSeconds(20))) {
                monitor.execute("blockdev-add", """
                        {"driver":"qcow2","node-name":"%s","backing":null,"file":{"driver":"file","filename":"%s"}}""".formatted(dropped, vm.path(dropped + ".qcow2")));
                monitor.execute(
                        "blockdev-snapshot",
                        "{\"node\":\"%s\",\"overlay\":\"%s\"}".formatted(middle(number + 1), dropped));
            }
        }
    }

    /** Of an empty active layer; ended in each way but a pivot. */
    private static final class Cancels extends NoOps {
        Cancels(TestVm vm) {
            super(vm, "pivots");
        }

        @Override
        BlockJobRequest request(int number) {
            return CommitRequest.of("pivots");
        }

        @Override
        CompletableFuture<JobOutcome> end(BlockJob job, int number) {
            return switch (number % 3) {
                case 0 -> job.cancel();
                case 1 -> job.ready().thenCompose(BlockJob::cancel);
                default -> job.finishWithoutPivot();
            };
        }

        @Override
        Class<? extends End> expected(int number) {
            return number % 3 == 2 ? End.Completed.class : End.Cancelled.class;
        }

        @Override
        void prepareTheNext(int number) {}
    }

    /** Of a disk without any bytes, which is ready at once; ended in each way. */
    private static final class Copies extends NoOps {
        private final TestVm vm;

        Copies(TestVm vm) {
            super(vm, "copies");
            this.vm = vm;
        }

        private Path target(int number) {
            return vm.path("copy-" + number + ".raw");
        }

        @Override
        BlockJobRequest request(int number) {
            return CopyRequest.of("copies", target(number).toString(), "raw");
        }

        @Override
        CompletableFuture<JobOutcome> end(BlockJob job, int number) {
            return switch (number % 3) {
                case 0 -> job.pivot();
                case 1 -> job.finishWithoutPivot();
                default -> job.cancel();
            };
        }

        @Override
        Class<? extends End> expected(int number) {
            // QEMU 5.2 forgets that such a job was cancelled; it has copied all there is, and switched nothing.
            boolean forgets = Release.of(vm.qemu).isBefore(Release.V7_2);
            return number % 3 == 2 && !forgets ? End.Cancelled.class : End.Completed.class;
        }

        /** QEMU has the one that it pivoted to open, and it can be deleted all the same. */
        @Override
        void prepareTheNext(int number) {
            try {
                Files.deleteIfExists(target(number));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
