package io.github.qmp4j.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The run of a test class on one version. Used by one thread at a time. */
final class VersionInvocation
        implements ClassTemplateInvocationContext,
                BeforeClassTemplateInvocationCallback,
                AfterClassTemplateInvocationCallback {
    private final String version;
    private final VersionTally tally;
    private @Nullable PlaceContainer container;
    private @Nullable QemuPlace entered;

    VersionInvocation(String version, Class<?> testClass) {
        this.version = version;
        this.tally = new VersionTally(version, testClass.getName());
    }

    @Override
    public String getDisplayName(int index) {
        return isLocal() ? QemuPlace.local().toString() : "QEMU " + version + " (container)";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        return List.of(this, tally, new VersionParameters(version));
    }

    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) {
        try {
            QemuPlace place = isLocal() ? QemuPlace.local() : startContainer();
            place.enter();
            entered = place;
        } catch (RuntimeException | Error e) {
            tally.failed(e);
            throw e;
        }
    }

    @Override
    public void afterClassTemplateInvocation(ExtensionContext context) {
        if (entered != null) {
            entered.leave();
        }
        tally.write();
        if (container != null) {
            container.close();
        }
    }

    private boolean isLocal() {
        return version.equals(QemuVersionsExtension.LOCAL);
    }

    private QemuPlace startContainer() {
        try {
            container = PlaceContainer.start(version);
            return container.place();
        } catch (NoClassDefFoundError e) {
            throw new TestkitException(
                    "QEMU " + version + " in a container was asked for, and Testcontainers is not on the class"
                            + " path: add org.testcontainers:testcontainers",
                    e);
        }
    }
}
