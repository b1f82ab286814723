package io.github.qmp4j.process;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.QemuPlace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A program that starts a QEMU and a storage daemon, says where their monitors are, and then waits to be killed. */
final class Owner {
    static final QmpOptions PATIENT = QmpOptions.defaults().withWaitFor(Duration.ofSeconds(20));

    private Owner() {}

    /** Not a constant, since the place may be another one each time. */
    static List<String> qemu() {
        return List.of(QemuPlace.current().system(), "-nodefaults", "-display", "none", "-S", "-machine", "none");
    }

    static List<String> daemon() {
        return List.of(QemuPlace.current().storageDaemon());
    }

    /** What another JVM needs so that it starts the same programs. */
    static List<String> properties() {
        return List.of("-Dqmp4j.qemu=" + qemu().get(0), "-Dqmp4j.qemu-storage-daemon=" + daemon().get(0));
    }

    public static void main(String[] arguments) throws IOException {
        try (QemuProcess qemu = QemuProcess.start(qemu(), PATIENT).join();
                StorageDaemon daemon = StorageDaemon.start(daemon(), PATIENT).join()) {
            System.out.println(qemu.client().address() + " " + daemon.client().address());
            System.in.read();
        }
    }
}
