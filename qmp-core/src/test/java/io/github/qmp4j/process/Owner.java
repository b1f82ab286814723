package io.github.qmp4j.process;

import io.github.qmp4j.QmpOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A program that starts a QEMU and a storage daemon, says where their monitors are, and then waits to be killed. */
final class Owner {
    static final QmpOptions PATIENT = QmpOptions.with(options -> options.waitFor = Duration.ofSeconds(20));
    static final List<String> QEMU =
            List.of(program("qemu", "qemu-system-x86_64"), "-nodefaults", "-display", "none", "-S", "-machine", "none");
    static final List<String> DAEMON = List.of(program("qemu-storage-daemon", "qemu-storage-daemon"));

    private Owner() {}

    /** The system property {@code qmp4j.NAME} says where it is if it is not on the path. */
    private static String program(String name, String onPath) {
        return System.getProperty("qmp4j." + name, onPath);
    }

    /** What another JVM needs so that it starts the same programs. */
    static List<String> properties() {
        return List.of("-Dqmp4j.qemu=" + QEMU.get(0), "-Dqmp4j.qemu-storage-daemon=" + DAEMON.get(0));
    }

    public static void main(String[] arguments) throws IOException {
        try (QemuProcess qemu = QemuProcess.start(QEMU, PATIENT).join();
                StorageDaemon daemon = StorageDaemon.start(DAEMON, PATIENT).join()) {
            System.out.println(qemu.client().address() + " " + daemon.client().address());
            System.in.read();
        }
    }
}
