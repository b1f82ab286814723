package io.github.qmp4j.testkit;

import java.time.Duration;

/** A program that uses a scripted and a real QEMU. */
final class BareProgram {
    private BareProgram() {}

    public static void main(String[] arguments) {
        try (FakeQemu fake = FakeQemu.responding()
                        .on("query-status", "{\"status\":\"running\"}")
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), Duration.ofSeconds(10))) {
            System.out.println("fake: " + status(monitor));
        }
        try (RealQemu real = RealQemu.builder().machine("none").start()) {
            System.out.println("real: " + status(real.oracle()));
        }
    }

    private static String status(RawMonitor monitor) {
        return monitor.execute("query-status").path("status").asText();
    }
}
