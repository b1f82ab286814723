package io.github.qmp4j.qmpctl.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.qmpctl.doctor.Finding.Level;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.UnusedNodes;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * The checks of {@code qmpctl doctor} on one monitor. They change nothing.
 *
 * @param command the start of a command line that calls qmpctl on this monitor, for advice
 */
public record DoctorChecks(String command) {
    /** Reports why there is no session, and who holds the monitor if that is visible. */
    public List<Finding> of(QmpAddress address, QmpConnectException failure) {
        List<String> holders =
                failure.reason() == QmpConnectException.Reason.BUSY && address instanceof QmpAddress.Unix unix
                        ? SocketUsers.of(unix.path())
                        : List.of();
        String held = holders.isEmpty() ? "" : "; held by " + String.join(", ", holders);
        return List.of(new Finding(Level.FAIL, "monitor", Failure.of(failure).sentence() + held, Optional.empty()));
    }

    /** Runs all checks in a session. */
    public List<Finding> of(QmpClient client, List<JobInfo> jobs) {
        List<Finding> findings = new ArrayList<>(List.of(monitor(client), qemu(client)));
        findings.add(QemuFeatures.of(client.schema().join()));
        if (jobs.isEmpty()) {
            findings.add(Finding.ok("jobs", "none"));
            findings.addAll(nodes(client));
        } else {
            jobs.forEach(job -> findings.add(job(job)));
            findings.add(Finding.note(
                    "nodes", "not checked: jobs use nodes of their own", "check again when there is no job"));
        }
        return findings;
    }

    private static Finding monitor(QmpClient client) {
        String speed = client.health().join() instanceof QmpHealth.Responsive health
                ? " answers in %.1f ms".formatted(health.roundTrip().toNanos() / 1e6)
                : " answers slowly";
        return Finding.ok("monitor", client.address() + speed + "; no other client holds it");
    }

    private static Finding qemu(QmpClient client) {
        QmpGreeting greeting = client.greeting();
        String built = greeting.packageText().isEmpty() ? "" : " (" + greeting.packageText() + ")";
        JsonNode status = client.execute(QmpCommand.of("query-status")).join();
        return Finding.ok(
                "QEMU",
                greeting.version() + built + ", guest " + status.path("status").asText());
    }

    private Finding job(JobInfo job) {
        String name = "%s (%s) ".formatted(job.id(), Json.word(job.type()));
        if (job.status() == JobStatus.CONCLUDED) {
            return Finding.warn(
                    "job",
                    name + "has ended"
                            + job.error().map(error -> " (" + error + ")").orElse("")
                            + ", and holds its chain until a client dismisses it",
                    "%s wait %s".formatted(command, job.id()));
        }
        if (job.status() == JobStatus.PENDING) {
            return Finding.warn(
                    "job",
                    name + "waits in PENDING, and holds its chain until it is finalized",
                    "%s %s %s, or cancel"
                            .formatted(command, job.type() == JobType.BACKUP ? "finalize" : "wait", job.id()));
        }
        if (job.status() == JobStatus.PAUSED_ON_ERROR) {
            return Finding.note(
                    "job",
                    name + "is stopped by an I/O error"
                            + job.error().map(error -> " (" + error + ")").orElse(""),
                    "%s resume %s, or cancel".formatted(command, job.id()));
        }
        if (job.status() == JobStatus.READY || job.status() == JobStatus.STANDBY) {
            return Finding.note(
                    "job",
                    name + "is ready and goes on until a client ends it",
                    "%s pivot %s, or finish, or cancel".formatted(command, job.id()));
        }
        return Finding.ok("job", name + "is " + Json.word(job.status()));
    }

    private List<Finding> nodes(QmpClient client) {
        try {
            List<Finding> findings = new ArrayList<>();
            UnusedNodes.of(client)
                    .names()
                    .forEach(name -> findings.add(Finding.warn(
                            "node",
                            "nothing uses %s".formatted(name),
                            "if no program is about to use it: %s clean".formatted(command))));
            return findings.isEmpty() ? List.of(Finding.ok("nodes", "all are used")) : findings;
        } catch (CompletionException e) {
            return List.of(Finding.note(
                    "nodes", "cannot be seen: " + Failure.of(e).sentence(), "qmpctl chain shows those of the disks"));
        }
    }
}
