package io.github.qmp4j.testkit;

import java.io.IOException;

/** A program that starts QEMU, says where, and then waits to be killed. */
final class Doomed {
    private Doomed() {}

    public static void main(String[] arguments) throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            long shell = qemu.process().parent().orElseThrow().pid();
            System.out.println(qemu.process().pid() + " " + shell + " " + qemu.folder());
            System.in.read();
        }
    }
}
