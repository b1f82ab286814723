package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.qmpctl.doctor.DoctorChecks;
import io.github.qmp4j.qmpctl.doctor.Finding;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.AnsiColor;
import io.github.qmp4j.qmpctl.output.Console;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;

/** {@code qmpctl doctor}. */
@Command(
        name = "doctor",
        description =
                "Check what an operator should know: who holds the monitor, what this QEMU can do, ended jobs that"
                        + " still hold their chain, unused nodes. It changes nothing. Exit code 8 if something"
                        + " was left behind, 3 if there is no session.")
public final class DoctorCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    public DoctorCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        DoctorChecks checks = new DoctorChecks(ctl.again());
        try (Session session = Session.open(ctl).join()) {
            return print(checks.of(session.client(), session.jobs().list().join()));
        } catch (CompletionException e) {
            if (Failure.unwrapped(e) instanceof QmpConnectException failure) {
                return print(checks.of(ctl.address(), failure));
            }
            throw e;
        }
    }

    private int print(List<Finding> findings) {
        Console console = ctl.console();
        AnsiColor color = new AnsiColor(!console.json() && ctl.screen().colour());
        for (Finding finding : findings) {
            if (console.json()) {
                console.print(finding.json());
            } else {
                console.out().println(finding.line(color));
            }
        }
        return ExitCode.worst(findings.stream().map(DoctorCommand::code).toList())
                .number();
    }

    private static ExitCode code(Finding finding) {
        return switch (finding.level()) {
            case OK, NOTE -> ExitCode.DONE;
            case WARN -> ExitCode.LEFTOVERS;
            case FAIL -> ExitCode.NO_ANSWER;
        };
    }
}
