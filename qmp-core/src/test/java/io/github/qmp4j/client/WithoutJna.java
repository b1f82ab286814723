package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import java.nio.file.Path;

/** A program for a JVM without JNA. Arguments: the monitor's socket. Says what QEMU replied, and why no descriptor is made. */
final class WithoutJna {
    private WithoutJna() {}

    public static void main(String[] arguments) throws Exception {
        Path socket = Path.of(arguments[0]);
        try (QmpClient client = QmpClient.connect(new QmpAddress.Unix(socket), QmpOptions.defaults())
                .join()) {
            System.out.println(client.execute(QmpCommand.of("query-status")).join());
            QmpDescriptor.open(socket).close();
        } catch (QmpException e) {
            System.out.println(e.getMessage());
        }
    }
}
