package io.github.qmp4j.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version that a QEMU program says it has. */
record QemuVersion(int major, int minor) {
    private static final Pattern LINE = Pattern.compile("version (\\d+)\\.(\\d+)");
    private static final Map<String, QemuVersion> KNOWN = new ConcurrentHashMap<>();

    /** Asks once per program. */
    static QemuVersion of(String program) {
        return KNOWN.computeIfAbsent(program, QemuVersion::ask);
    }

    private static QemuVersion ask(String program) {
        Tool.Result result = new Tool(program).run(List.of("--version")).orThrow();
        Matcher line = LINE.matcher(result.out());
        if (!line.find()) {
            throw result.failure();
        }
        return new QemuVersion(Integer.parseInt(line.group(1)), Integer.parseInt(line.group(2)));
    }
}
