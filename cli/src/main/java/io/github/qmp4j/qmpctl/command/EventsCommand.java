package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.EventLine;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qmpctl events}. */
@Command(name = "events", description = "Print events as they arrive, until Ctrl-C or until QEMU ends.")
public final class EventsCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Option(names = "--filter", arity = "1..*", paramLabel = "NAME", description = "Only events of these names.")
    private List<String> names = List.of();

    @Option(names = "--count", paramLabel = "N", description = "End after this many events.")
    private long count = Long.MAX_VALUE;

    public EventsCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        if (count < 1) {
            throw new IllegalArgumentException("--count (%d) must be at least 1".formatted(count));
        }
        EventFilter filter = names.isEmpty() ? EventFilter.all() : EventFilter.named(names.toArray(String[]::new));
        try (Session session = Session.open(ctl).join()) {
            AtomicLong left = new AtomicLong(count);
            CompletableFuture<Void> enough = new CompletableFuture<>();
            EventSubscription events = session.client().subscribe(filter, event -> {
                // The reader of the output may be gone, as with head(1).
                if (left.getAndDecrement() > 0 && (!print(event) || left.get() == 0)) {
                    enough.complete(null);
                }
            });
            events.onDropped(
                    () -> ctl.console().warn("some events were lost: they arrived faster than they were read"));
            CompletableFuture.anyOf(enough, events.ended()).join();
        }
        return 0;
    }

    private boolean print(QmpEvent event) {
        Console console = ctl.console();
        EventLine.print(console, event);
        return !console.out().checkError();
    }
}
