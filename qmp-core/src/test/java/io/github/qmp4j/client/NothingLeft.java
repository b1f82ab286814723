package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After every test class no session, listener or connect under way is left, since any of them keeps the event loops (case 15). */
public final class NothingLeft implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .as("after %s", context.getDisplayName())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("qmp-loop")));
    }
}
