package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** A program for a JVM with a Netty that is too old. Arguments: the monitor's socket. Says how each way to connect ends. */
final class OldNetty {
    private OldNetty() {}

    public static void main(String[] arguments) throws Exception {
        QmpAddress address = new QmpAddress.Unix(Path.of(arguments[0]));
        for (int i = 0; i < 2; i++) {
            try (QmpClient client =
                    QmpClient.connect(address, QmpOptions.defaults()).join()) {
                System.out.println("connected: " + client);
            } catch (CompletionException e) {
                System.out.println(e.getCause());
            }
        }
        try (QmpListener listener =
                QmpClient.listen(new QmpAddress.Unix(Path.of(arguments[0] + ".ours")), QmpOptions.defaults())) {
            System.out.println("listens: " + listener.address());
        } catch (LinkageError e) {
            System.out.println(e);
        }
        Backoff quick = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), 1, 0);
        try (QmpSupervisor supervisor = QmpSupervisor.start(address, QmpOptions.defaults(), quick)) {
            System.out.println("connected: " + supervisor.client().join());
        } catch (CompletionException e) {
            System.out.println(e.getCause());
        }
        QmpSupervisor supervisor = QmpSupervisor.start(address, QmpOptions.defaults(), quick);
        try {
            supervisor.client().join();
        } catch (CompletionException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(supervisor.state().getClass().getSimpleName());
        supervisor.close();
        System.out.println(supervisor.state().getClass().getSimpleName());
    }
}
