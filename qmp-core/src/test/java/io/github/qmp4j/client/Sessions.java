package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Path;

/** Opens sessions. */
final class Sessions {
    private Sessions() {}

    static QmpClient open(FakeQemu fake) {
        return open(fake, QmpOptions.defaults());
    }

    static QmpClient open(FakeQemu fake, QmpOptions options) {
        return Outcomes.value(QmpClient.connect(unix(fake.socket()), options));
    }

    static QmpClient open(RealQemu qemu) {
        return Outcomes.value(QmpClient.connect(unix(qemu.monitor()), QmpOptions.defaults()));
    }

    static QmpAddress unix(Path socket) {
        return new QmpAddress.Unix(socket);
    }
}
