package io.github.qmp4j.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a {@link QemuContainer} runs: a shell that runs the preparations, and then becomes QEMU. */
final class ContainerCommand {
    private final List<String> preparations = new ArrayList<>();
    private final List<String> extra = new ArrayList<>();
    private String machine = "q35";
    private boolean daemon;

    void runDaemon() {
        daemon = true;
    }

    void machine(String type) {
        machine = type;
    }

    void add(String... arguments) {
        Collections.addAll(extra, arguments);
    }

    void prepare(String... command) {
        preparations.add(Stream.of(command).map(ContainerCommand::quoted).collect(Collectors.joining(" ")));
    }

    /** The words of it, with the monitor at a place in QEMU's notation. */
    String[] words(String monitor) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c"));
        words.add(Stream.concat(preparations.stream(), Stream.of("exec \"$@\"")).collect(Collectors.joining(" && ")));
        words.add("sh");
        words.add(daemon ? "qemu-storage-daemon" : "qemu-system-x86_64");
        if (!daemon) {
            words.addAll(RealQemuBuilder.idleMachine(machine));
        }
        words.addAll(List.of("--chardev", "socket,id=monitor," + monitor + ",server=on,wait=off"));
        words.addAll(daemon ? List.of("--monitor", "chardev=monitor") : List.of("-qmp", "chardev:monitor"));
        words.addAll(extra);
        return words.toArray(String[]::new);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
