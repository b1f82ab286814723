package io.github.qmp4j.process;

import io.github.qmp4j.QmpOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A program that starts a QEMU and a storage daemon, says where their monitors are, and then waits to be killed. */
final class Owner {
    static final QmpOptions PATIENT = QmpOptions.with(options -> options.waitFor = Duration.ofSeconds(20));
    static final List<String> QEMU =
            List.of("qemu-system-x86_64", "-nodefaults", "-display", "none", "-S", "-machine", "none");
    static final List<String> DAEMON = List.of("qemu-storage-daemon");

    private Owner() {}

    public static void main(String[] arguments) throws IOException {
        try (QemuProcess qemu = QemuProcess.start(QEMU, PATIENT).join();
                StorageDaemon daemon = StorageDaemon.start(DAEMON, PATIENT).join()) {
            System.out.println(qemu.client().address() + " " + daemon.client().address());
            System.in.read();
        }
    }
}
