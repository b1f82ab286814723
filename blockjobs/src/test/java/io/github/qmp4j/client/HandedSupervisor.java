package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A supervisor that is handed its sessions by a test. */
public final class HandedSupervisor {
    private HandedSupervisor() {}

    public static QmpSupervisor of(Queue<CompletableFuture<QmpClient>> sessions) {
        Duration atOnce = Duration.ofMillis(1);
        QmpSupervisor supervisor = new QmpSupervisor(
                QmpAddress.parse("unix:handed"),
                QmpOptions.defaults(),
                new Backoff(atOnce, atOnce, 1, 0),
                sessions::remove);
        supervisor.connect();
        return supervisor;
    }
}
