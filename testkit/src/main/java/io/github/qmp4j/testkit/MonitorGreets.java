package io.github.qmp4j.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.time.Duration;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/**
 * Waits until the monitor of a {@link QemuContainer} has greeted, and leaves it again: a client that stays takes its only slot.
 */
final class MonitorGreets extends AbstractWaitStrategy {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    private final QemuContainer container;

    MonitorGreets(QemuContainer container) {
        this.container = container;
    }

    @Override
    protected void waitUntilReady() {
        Deadline deadline = Deadline.after(startupTimeout);
        while (true) {
            try {
                container
                        .connect(Duration.ofNanos(Math.max(1, deadline.leftNanos())))
                        .close();
                return;
            } catch (TestkitException notYet) {
                InspectContainerResponse.ContainerState state =
                        container.getCurrentContainerInfo().getState();
                if (!Boolean.TRUE.equals(state.getRunning())) {
                    throw failure("ended with status " + state.getExitCodeLong(), notYet);
                }
                if (deadline.passed()) {
                    throw failure("does not greet: " + notYet.getMessage(), notYet);
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerLaunchException("interrupted while waiting for QEMU's greeting", e);
        }
    }

    /** Lets a container that has ended pass for a started one, so that this strategy can tell how it ended. */
    static final class Judges extends StartupCheckStrategy {
        @Override
        public StartupStatus checkStartupState(DockerClient engine, String container) {
            return StartupStatus.SUCCESSFUL;
        }
    }

    private TestkitException failure(String what, TestkitException cause) {
        return new TestkitException(
                container + " " + what + "\n" + container.getLogs().strip() + "\nstarted as: "
                        + String.join(" ", container.getCommandParts()),
                cause);
    }
}
