package io.github.qmp4j.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A program that runs a test class on QEMU 7.2 in a container, and says what failed and why. */
final class AskingProgram {
    private AskingProgram() {}

    public static void main(String[] arguments) {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Sample.class))
                .execute()
                .allEvents()
                .failed()
                .stream()
                .forEach(event -> System.out.println(event.getTestDescriptor().getDisplayName() + ": "
                        + event.getRequiredPayload(TestExecutionResult.class)
                                .getThrowable()
                                .orElseThrow()
                                .getMessage()));
    }

    @QemuVersions("7.2")
    static class Sample {
        @Test
        void passes() {}
    }
}
