package io.github.qmp4j.qmpctl;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives Awaitility a long limit: on a busy machine conditions become true late, and the limit is for those that never do. */
public final class PatientAwaiting implements BeforeAllCallback {
    private static final Duration LONG = Duration.ofMinutes(2);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONG);
    }
}
