package io.github.qmp4j.observe;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import java.util.concurrent.TimeUnit;

/** A program without Micrometer and without the module of Flight Recorder; see {@link WithoutOptionalPartsTest}. */
final class BareProgram {

    private BareProgram() {}

    public static void main(String[] arguments) throws Exception {
        absent("io.micrometer.core.instrument.MeterRegistry");
        absent("jdk.jfr.Event");
        try (QmpClient client = QmpClient.connect(QmpAddress.parse(arguments[0]), QmpOptions.defaults())
                .get(3, TimeUnit.MINUTES)) {
            client.execute(QmpCommand.of("set_password").with("password", "hunter2"))
                    .get(3, TimeUnit.MINUTES);
        }
        System.out.println("done");
    }

    private static void absent(String type) {
        try {
            Class.forName(type);
        } catch (ClassNotFoundException e) {
            return;
        }
        throw new IllegalStateException(type + " is there");
    }
}
