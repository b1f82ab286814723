package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.qmpctl.display.SharedDisplay;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.watch.JobWatch;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import io.github.qmp4j.qmpctl.watch.WatchedJob;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SIGHUP and a second Ctrl-C during the start of a job. */
@Timeout(60)
class LeftStartTest {

    private static QmpClient client(Vm vm, QmpObserver observer) {
        return QmpClient.connect(
                        new QmpAddress.Unix(vm.qemu.monitor()),
                        QmpOptions.defaults().withObservers(List.of(observer)))
                .join();
    }

    private static SharedDisplay display(ByteArrayOutputStream out) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return SharedDisplay.on(new Console(stream, stream, true), new Screen(false, 80, false, false));
    }

    private static JobWatch watch(ChainedDisk disk, Path file, SharedDisplay display) {
        return new JobWatch(
                new WatchedJob(disk.name(), "copy", ReadyAction.LEAVE, Optional.of(file.toString()), "qmpctl"),
                display);
    }

    /** QEMU freezes when the command that starts the job is sent. */
    @Test
    void aStartThatIsUnderWayIsUnknownAndNamesItsJobAndItsFile() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Vm vm = new Vm()) {
            ChainedDisk disk = vm.disk(1);
            Path file = vm.path("copy.qcow2");
            CompletableFuture<Void> sent = new CompletableFuture<>();
            QmpObserver freezing = new QmpObserver() {
                @Override
                public void commandStarted(String command) {
                    if (command.equals("drive-mirror")) {
                        vm.qemu.freeze();
                        sent.complete(null);
                    }
                }
            };
            try (QmpClient client = client(vm, freezing);
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults());
                    SharedDisplay display = display(out)) {
                JobWatch watch = watch(disk, file, display);
                watch.start(jobs, CopyRequest.of(disk.name(), file.toString(), "qcow2"));
                sent.join();
                watch.detach();
                JobResult result = watch.result().join();

                assertThat(result.outcome()).isEqualTo(JobResult.Outcome.UNKNOWN);
                assertThat(result.code()).isEqualTo(ExitCode.DETACHED);
                assertThat(result.leftovers()).extracting(left -> left.name()).containsExactly(file.toString());
                vm.qemu.thaw();
                await().until(() -> vm.ask("query-jobs").size() == 1);
                assertThat(result.job().orElseThrow().value())
                        .isEqualTo(vm.onlyJob().path("id").asText());
            }
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("\"outcome\":\"unknown\"", "\"name\":\"" + file + "\"");
        }
    }

    /** In this case no job can follow. */
    @Test
    void aStartThatHasNotSentAnythingIsRefusedAndSendsNothing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Vm vm = new Vm()) {
            ChainedDisk disk = vm.disk(1);
            Path file = vm.path("copy.qcow2");
            CompletableFuture<JobWatch> asked = new CompletableFuture<>();
            QmpObserver leaving = new QmpObserver() {
                @Override
                public void commandStarted(String command) {
                    if (command.equals("query-jobs")) {
                        asked.join().detach();
                    }
                }
            };
            try (QmpClient client = client(vm, leaving);
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults());
                    SharedDisplay display = display(out)) {
                JobWatch watch = watch(disk, file, display);
                asked.complete(watch);
                watch.start(jobs, CopyRequest.of(disk.name(), file.toString(), "qcow2"))
                        .join();
                JobResult result = watch.result().join();

                assertThat(result.outcome()).isEqualTo(JobResult.Outcome.REFUSED);
                assertThat(result.code()).isEqualTo(ExitCode.DETACHED);
                vm.assertNoJobs();
                assertThat(file).doesNotExist();
            }
        }
    }
}
