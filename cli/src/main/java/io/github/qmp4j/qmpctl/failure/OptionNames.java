package io.github.qmp4j.qmpctl.failure;

import java.util.Map;

/** What a caller of the library can ask for, by the library's name in its messages, and qmpctl's option for the same. */
public final class OptionNames {
    /** The library's name, and the option. */
    public static final Map<String, String> ALL = Map.of(
            "JobSettings.withBitmaps", "--bitmaps",
            "JobSettings.withPlainText", "--allow-plain-text",
            "CommitRequest.withGrowsDisk", "--grow",
            "CopyRequest.withReuseExternal", "--reuse-external",
            "BlockJobOptions.withIdleExports", "--quiet-exports");

    private OptionNames() {}

    /** The sentence of the library as qmpctl says it. */
    static String in(String sentence) {
        String said = sentence;
        for (Map.Entry<String, String> name : ALL.entrySet()) {
            said = said.replace(name.getKey(), name.getValue());
        }
        return said;
    }
}
