package io.github.qmp4j.testkit;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the QEMU programs that a test runs come from: this machine, or the container of a {@link QemuVersions} invocation.
 *
 * <p>There is one place at a time in a JVM. {@link RealQemu} starts the programs of the current one unless told otherwise. The
 * programs that make and check images, {@code qemu-img} and {@code qemu-io}, are always this machine's. Immutable.
 */
public final class QemuPlace {
    private static final AtomicReference<@Nullable QemuPlace> ENTERED = new AtomicReference<>();
    /** Stands for a class between its versions. */
    private static final QemuPlace NOWHERE = new QemuPlace("", "", "", false);

    private static final String SYSTEM = "qemu-system-x86_64";
    private static final String STORAGE_DAEMON = "qemu-storage-daemon";

    private final String system;
    private final String storageDaemon;
    private final @Nullable String version;
    private final boolean container;

    private QemuPlace(String system, String storageDaemon, @Nullable String version, boolean container) {
        this.system = system;
        this.storageDaemon = storageDaemon;
        this.version = version;
        this.container = container;
    }

    /**
     * The place of the {@link QemuVersions} invocation that runs, and this machine where none does.
     *
     * @throws IllegalStateException in {@code @BeforeAll} and {@code @AfterAll} of a class with {@link QemuVersions}
     */
    public static QemuPlace current() {
        QemuPlace entered = ENTERED.get();
        if (entered == NOWHERE) {
            throw new IllegalStateException(
                    "@BeforeAll and @AfterAll run once for all versions of @QemuVersions, so there is no"
                            + " QEMU for them: start it in @BeforeEach, or in the test");
        }
        return entered == null ? local() : entered;
    }

    /** This machine: the programs of the system properties {@code qmp4j.qemu} and {@code qmp4j.qemu-storage-daemon}, or the path. */
    static QemuPlace local() {
        return new QemuPlace(
                System.getProperty("qmp4j.qemu", SYSTEM),
                Tool.named(STORAGE_DAEMON).program(),
                null,
                false);
    }

    /** A container with this version, whose programs are started by those of the same names in the folder. */
    static QemuPlace container(String version, Path folder) {
        return new QemuPlace(
                folder.resolve(SYSTEM).toString(),
                folder.resolve(STORAGE_DAEMON).toString(),
                version,
                true);
    }

    /** The program {@code qemu-system-x86_64}: a name or path that can be started on this machine. */
    public String system() {
        return system;
    }

    /** The program {@code qemu-storage-daemon}: a name or path that can be started on this machine. */
    public String storageDaemon() {
        return storageDaemon;
    }

    /** Whether the programs run in a container. */
    public boolean isContainer() {
        return container;
    }

    /** The version, as {@code 7.2}; on this machine {@link #system()} is asked. */
    public String version() {
        if (version != null) {
            return version;
        }
        QemuVersion asked = QemuVersion.of(system);
        return asked.major() + "." + asked.minor();
    }

    /** For example {@code QEMU 5.2 (container)}. */
    @Override
    public String toString() {
        try {
            return "QEMU " + version() + (container ? " (container)" : " (local)");
        } catch (TestkitException noQemu) {
            return "QEMU (local)";
        }
    }

    /** Begins a class with several places, and leaves it without one; throws {@link IllegalStateException} if another class has one. */
    static void begin() {
        if (!ENTERED.compareAndSet(null, NOWHERE)) {
            throw new IllegalStateException(
                    "this JVM already runs a class with @QemuVersions, and cannot run two side by side: run"
                            + " them one after another");
        }
    }

    static void end() {
        ENTERED.compareAndSet(NOWHERE, null);
    }

    /** Makes this the current place of the class that has begun; throws {@link IllegalStateException} if there is another one. */
    void enter() {
        if (!ENTERED.compareAndSet(NOWHERE, this)) {
            throw new IllegalStateException(
                    "tests run on " + ENTERED.get() + ", and cannot run on " + this + " at the same time");
        }
    }

    void leave() {
        ENTERED.compareAndSet(this, NOWHERE);
    }
}
