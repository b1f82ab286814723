package io.github.qmp4j.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The options that a QEMU program lists with {@code --help}: {@code query-command-line-options} leaves out those that are not
 * parsed as option groups, {@code -compat} among them, on every release measured.
 */
record QemuHelp(List<String> lines) {
    private static final Map<String, QemuHelp> KNOWN = new ConcurrentHashMap<>();

    /** Asks once per program. */
    static QemuHelp of(String program) {
        return KNOWN.computeIfAbsent(
                program,
                each -> new QemuHelp(new Tool(each)
                        .run(List.of("--help"))
                        .orThrow()
                        .out()
                        .lines()
                        .toList()));
    }

    boolean lists(String option) {
        return lines.stream().anyMatch(line -> line.equals(option) || line.startsWith(option + " "));
    }
}
