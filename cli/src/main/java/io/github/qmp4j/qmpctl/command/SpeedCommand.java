package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import io.github.qmp4j.qmpctl.option.RateConverter;
import io.github.qmp4j.qmpctl.text.Quantity;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl speed}. */
@Command(name = "speed", description = "Limit the speed of a job.")
@SuppressWarnings("NullAway.Init")
public final class SpeedCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(index = "0", paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    @Parameters(
            index = "1",
            paramLabel = "RATE",
            converter = RateConverter.class,
            description = "The limit per second: 64M, 64MiB (1024), 64MB (1000) or bytes. 0 is unlimited.")
    private long rate;

    public SpeedCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            session.observed(id).setSpeed(rate).join();
        }
        ctl.console().say(rate == 0 ? id + ": unlimited" : "%s: limited to %s".formatted(id, Quantity.rate(rate)));
        return 0;
    }
}
